// A saved query, as a playlist: always what the library holds of it now.
import { html } from '../dom.js';
import { Cover } from '../parts/cover.js';
import { Empty } from '../parts/empty.js';
import { Hero } from '../parts/heading.js';
import { openMenu } from '../parts/menu.js';
import { trouble } from '../parts/toasts.js';
import { TrackTable } from '../parts/track-table.js';
import { go } from '../router.js';
import { playList, playShuffled } from '../sound/player.js';
import { downloadTracks } from '../state/downloads.js';
import { playlists } from '../state/live.js';
import { deleteSmart, ruleOf } from '../state/rules.js';
import { rules as ruleList, useReading } from '../state/sync.js';
import { actions, empty, lists } from '../words.js';
import { playlists as words } from '../words-more.js';
import { rules as ruleWords } from '../words-rules.js';
import Nowhere from './nowhere.js';
import { useLibraryList } from './tracks.js';

export default function SmartPlaylist({ id }) {
  const playlist = playlists.value.smart.find((one) => one.id === Number(id));
  if (!playlist) return playlists.value.isRead ? html`<${Nowhere} />` : html`<p class="waiting"></p>`;
  return html`<${Shown} playlist=${playlist} key=${playlist.query + playlist.order} />`;
}

function Shown({ playlist }) {
  const list = useLibraryList({ query: playlist.query, order: playlist.order });
  const total = list.total.value;
  const rule = ruleOf(useReading(ruleList)?.rules || [], playlist);
  const edit = `/smart/${playlist.id}/edit`;
  const remove = () => deleteSmart(playlist).then(() => go('/playlists'), trouble);
  const from = { title: playlist.name, path: `/smart/${playlist.id}` };
  const ids = () => list.allIds();
  const more = (event) => openMenu(event.currentTarget, [
    { label: actions.download, icon: 'down', run: () => ids().then((all) => downloadTracks(all, playlist.query)).catch(trouble) },
    { label: words.edit, icon: 'edit', run: () => go(edit) },
    { label: actions.delete, icon: 'trash', isBad: true, run: remove },
  ], event, playlist.name);
  return html`
    <${Hero} cover=${html`<${Cover} name=${playlist.name} kind="is-hero" />`} kind=${words.smartKind} title=${playlist.name}
      sub=${html`<code>${playlist.query}</code>${total === null ? '' : ` · ${lists.tracks(total)}`}${rule?.is_live ? html` · <span class="state is-ok icon-check">${ruleWords.kept}</span>` : ''}`}>
      <button class="button is-main icon-play" disabled=${!total} onClick=${() => ids().then((all) => playList(all, 0, from)).catch(trouble)}>${actions.play}</button>
      <button class="button is-quiet icon-shuffle" disabled=${!total} onClick=${() => ids().then((all) => playShuffled(all, from)).catch(trouble)}>${actions.shuffle}</button>
      <a class="button is-quiet icon-edit" href=${edit}>${words.edit}</a>
      <button class="round icon-dots" aria-haspopup="menu" aria-label=${actions.more(playlist.name)} onClick=${more}></button>
    </${Hero}>
    ${total === 0 ? html`<${Empty} icon="bolt" title=${empty.query} text=${empty.queryHint} />` : html`<${TrackTable} list=${list} label=${playlist.name} from=${from} />`}`;
}
