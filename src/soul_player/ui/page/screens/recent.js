// What came last, the newest first.
import { html } from '../dom.js';
import { Empty } from '../parts/empty.js';
import { FilterChips, filterQuery } from '../parts/filters.js';
import { Heading } from '../parts/heading.js';
import { TrackTable } from '../parts/track-table.js';
import { dayOf, empty, lists, titles } from '../words.js';
import { useLibraryList } from './tracks.js';

export default function Recent() {
  const list = useLibraryList({ ...filterQuery(), order: 'added' });
  const total = list.total.value;
  return html`
    <${Heading} title=${titles.recent} sub=${total === null ? '' : lists.tracks(total)} />
    <${FilterChips} isShort=${true} />
    ${total === 0
      ? html`<${Empty} icon="clock" title=${empty.recent} text=${empty.libraryHint} />`
      : html`<${TrackTable} list=${list} label=${titles.recent} from=${{ title: titles.recent, path: '/recent' }} sub=${(row) => row && [row.artist, dayOf(row.added_at)].filter(Boolean).join(' · ')} />`}`;
}
