// Favourites of this account, on all its devices.
import { html } from '../dom.js';
import { Empty } from '../parts/empty.js';
import { Heading } from '../parts/heading.js';
import { TrackTable } from '../parts/track-table.js';
import { trouble } from '../parts/toasts.js';
import { playShuffled } from '../sound/player.js';
import { actions, empty, lists, titles } from '../words.js';
import { useLibraryList } from './tracks.js';

export default function Favourites() {
  const list = useLibraryList({ show: 'favourites', order: 'favourited' });
  const total = list.total.value;
  const from = { title: titles.favourites, path: '/favourites' };
  return html`
    <${Heading} title=${titles.favourites} sub=${total === null ? '' : lists.tracks(total)}>
      <button class="button is-main icon-shuffle" disabled=${!total} onClick=${() => list.allIds().then((ids) => playShuffled(ids, from)).catch(trouble)}><span>${actions.shuffle}</span></button>
    </${Heading}>
    ${total === 0
      ? html`<${Empty} icon="heart" title=${empty.favourites} text=${empty.favouritesHint} actions=${[{ label: empty.home, to: '/tracks', isMain: true }]} />`
      : html`<${TrackTable} list=${list} label=${titles.favourites} from=${from} />`}`;
}
