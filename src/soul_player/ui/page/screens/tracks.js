// All tracks: any place in a library of any size is one jump away.
import { html, useEffect, useMemo } from '../dom.js';
import { Empty } from '../parts/empty.js';
import { FilterChips, filterQuery } from '../parts/filters.js';
import { Later } from '../parts/later.js';
import { Heading, OrderSelect } from '../parts/heading.js';
import { TrackTable } from '../parts/track-table.js';
import { trouble } from '../parts/toasts.js';
import { playShuffled } from '../sound/player.js';
import { filter, trackOrder } from '../state/kept.js';
import { counts, status } from '../state/live.js';
import { LibraryList } from '../state/tracks.js';
import { actions, empty, filters as filterWords, lists, orders, titles } from '../words.js';

// A list that lives as long as its screen, and is another one when what it is of is.
export function useLibraryList(query) {
  const list = useMemo(() => new LibraryList(query), [JSON.stringify(query)]);
  useEffect(() => {
    list.want(0, 99);
    return () => list.end();
  }, [list]);
  return list;
}

const { label: orderLabel, ...orderNames } = orders;

export default function Tracks() {
  const query = { ...filterQuery(), order: trackOrder.value };
  const list = useLibraryList(query);
  const total = list.total.value;
  const all = counts.value?.tracks;
  const isWhole = query.show === 'all' && query.source === null;
  const sub = total === null ? '' : isWhole || all === undefined ? lists.sum(total, status.value?.sources.length || 0) : filterWords.shown(total, all);
  const from = { title: titles.tracks, path: '/tracks' };
  const shuffle = () => list.allIds().then((ids) => playShuffled(ids, from)).catch(trouble);
  return html`
    <${Heading} title=${titles.tracks} sub=${sub}>
      <${OrderSelect} label=${orderLabel} value=${trackOrder.value} options=${orderNames} onChange=${(value) => (trackOrder.value = value)} />
      <button class="button is-main icon-shuffle" disabled=${!total} onClick=${shuffle}><span>${actions.shuffle}</span></button>
    </${Heading}>
    <${FilterChips} />
    ${total === 0 ? html`<${Nothing} isWhole=${isWhole} />` : html`<${TrackTable} list=${list} label=${titles.tracks} from=${from} />`}`;
}

export function Nothing({ isWhole }) {
  if (isWhole) return html`<${Empty} icon="note" title=${empty.library} text=${empty.libraryHint} actions=${[{ label: empty.addSource, to: '/settings', isMain: true }]} />`;
  const { show } = filter.value;
  const all = { label: empty.showAll, isMain: true, run: () => (filter.value = { show: 'all', source: null }) };
  const folder = { label: empty.addFolder, icon: 'folder', to: '/settings' };
  if (show === 'offline') return html`<${Empty} icon="unplug" title=${empty.offline} text=${empty.offlineHint} actions=${[all, folder]}><${Later} load=${() => import('../parts/away-servers.js')} /></${Empty}>`;
  if (show === 'device') return html`<${Empty} icon="folder" title=${empty.device} text=${empty.deviceHint} actions=${[all, folder]} />`;
  if (show === 'favourites') return html`<${Empty} icon="heart" title=${empty.favourites} text=${empty.favouritesHint} actions=${[all]} />`;
  return html`<${Empty} icon="cloud" title=${empty.source} text=${empty.sourceHint} actions=${[all]} />`;
}
