// The bar at the foot: what plays, everywhere and always.
import { classes, html } from '../dom.js';
import { current, duration, isPlaying, next, playNext, position, step, toggle } from '../sound/player.js';
import { setFavourite } from '../state/tracks.js';
import { isNarrow, isPlayerOpen, panel } from '../state/window.js';
import { actions, player as words } from '../words.js';
import { Cover } from './cover.js';
import { dropsTracks } from './dragging.js';
import { Buttons, ComesFrom, Timeline, Volume } from './player-parts.js';
import { trouble } from './toasts.js';

function Playing({ track }) {
  if (!track) return html`<div class="playing"><span class="cover is-bar art-0"></span><span class="words"><b>${words.nothing}</b><small>${words.nothingHint}</small></span></div>`;
  return html`<div class="playing">
    <button class="open-player" aria-label=${words.open} onClick=${() => (isPlayerOpen.value = true)}><${Cover} of=${track.id} artwork=${track.artwork_id} name=${track.album || track.title} kind="is-bar" eager=${true} /></button>
    <span class="words"><b dir="auto">${track.title}</b><small dir="auto">${track.artist_key && !isNarrow.value ? html`<a href=${`/artists/${track.artist_key}`}>${track.artist}</a>` : track.artist || ''}</small></span>
    ${!isNarrow.value && html`<button class=${classes('round', track.is_favourite ? 'icon-heart-full is-on' : 'icon-heart')} aria-pressed=${track.is_favourite} aria-label=${actions.favourite(track.title)} onClick=${() => setFavourite(track).catch(trouble)}></button>`}
  </div>`;
}

export function NowBar() {
  const track = current.value;
  const drops = dropsTracks((ids) => playNext(ids, { last: true }));
  if (isNarrow.value) {
    return html`<section class="bar is-narrow" aria-label=${words.label} ...${drops}>
      <${Playing} track=${track} />
      <button class=${`round is-play ${isPlaying.value ? 'icon-pause' : 'icon-play'}`} aria-label=${isPlaying.value ? words.pause : words.play} disabled=${!track} onClick=${toggle}></button>
      <button class="round icon-next" aria-label=${words.next} disabled=${!next.value.length} onClick=${() => step(1)}></button>
      <${Thread} />
    </section>`;
  }
  const isQueue = panel.value?.kind === 'queue';
  return html`<section class="bar" aria-label=${words.label} ...${drops}>
    <${Playing} track=${track} />
    <div class="controls"><${Buttons} /><${Timeline} /></div>
    <div class="beside"><${ComesFrom} />
      <button class=${classes('round icon-queue', isQueue && 'is-on')} aria-expanded=${isQueue} aria-label=${words.queue} onClick=${() => (panel.value = isQueue ? null : { kind: 'queue' })}></button>
      <${Volume} />
    </div>
  </section>`;
}

// How far it is, as a thread along the bar of a phone.
function Thread() {
  const share = duration.value ? (100 * position.value) / duration.value : 0;
  return html`<i class="thread" style=${{ '--done': `${share}%` }}></i>`;
}
