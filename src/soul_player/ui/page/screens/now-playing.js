// The player in the whole window.
import { classes, html } from '../dom.js';
import { Cover } from '../parts/cover.js';
import { Dialog } from '../parts/dialog.js';
import { Buttons, ComesFrom, Timeline, Volume } from '../parts/player-parts.js';
import { trackMenu } from '../parts/track-menu.js';
import { trouble } from '../parts/toasts.js';
import { Where } from '../parts/where.js';
import { current, jumpTo, next, queue } from '../sound/player.js';
import { knownTrack, rowTick, setFavourite } from '../state/tracks.js';
import { isPlayerOpen, panel } from '../state/window.js';
import { actions, clock, player as words } from '../words.js';

const NEXT_SHOWN = 3;
const close = () => (isPlayerOpen.value = false);

export default function NowPlaying() {
  const track = current.value;
  const { title, path } = queue.value;
  const leave = () => setTimeout(close);
  return html`<${Dialog} title=${words.label} kind="is-player" onClose=${close} isBare=${true}><div class="now">
    <header>
      <button class="round icon-chevron-down" aria-label=${words.close} onClick=${close}></button>
      <p>${title && html`<small>${words.fromList}</small><a href=${path} dir="auto" onClick=${leave}><b>${title}</b></a>`}</p>
      <div><${Volume} />${track && html`<button class="round icon-dots" aria-haspopup="menu" aria-label=${actions.more(track.title)} onClick=${(event) => { close(); trackMenu(event.currentTarget, track, [], event); }}></button>`}</div>
    </header>
    <div class="now-body">
      ${track ? html`<${Cover} of=${track.id} artwork=${track.artwork_id} name=${track.album || track.title} kind="is-whole" eager=${true} />` : html`<span class="cover is-whole art-0"></span>`}
      <div>
        <div class="now-title"><div><h1 dir="auto">${track ? track.title : words.nothing}</h1>
          ${track && html`<p class="by" dir="auto">${track.artist_key ? html`<a href=${`/artists/${track.artist_key}`} onClick=${leave}>${track.artist}</a>` : track.artist}${track.album_key && html` · <a href=${`/albums/${track.album_key}`} onClick=${leave}>${track.album}</a>`}</p>`}</div>
          ${track && html`<button class=${classes('round', track.is_favourite ? 'icon-heart-full is-on' : 'icon-heart')} aria-pressed=${track.is_favourite} aria-label=${actions.favourite(track.title)} onClick=${() => setFavourite(track).catch(trouble)}></button>`}</div>
        <${ComesFrom} isLong=${true} />
        <${Timeline} counts="down" />
        <${Buttons} big=${true} />
        <${NextUp} />
      </div>
    </div>
  </div></${Dialog}>`;
}

function NextUp() {
  rowTick.value;
  const ids = next.value;
  if (!ids.length) return null;
  return html`<section class="next-up" aria-label=${words.nextUp}><header><span>${words.nextUp}</span><button onClick=${() => { close(); panel.value = { kind: 'queue' }; }}>${words.queueOf(ids.length)}</button></header>
    <ul class="queue-list">${ids.slice(0, NEXT_SHOWN).map((id, place) => {
      const row = knownTrack(id);
      return row && html`<li class="queue-row" key=${`${id}-${place}`} onDblClick=${() => jumpTo(place)}>
        <span class="words"><${Cover} of=${row.id} artwork=${row.artwork_id} name=${row.album || row.title} kind="is-small" /><b dir="auto">${row.title}</b><small dir="auto">${row.artist}</small></span><${Where} row=${row} /><span class="time">${clock(row.duration_seconds)}</span>
      </li>`;
    })}</ul></section>`;
}
