// Two recordings from one place in time: switching keeps the place, so that only what differs is heard.
import { html, useEffect, useRef, useSignal } from '../dom.js';
import { isPlaying as isPlayerOn, toggle } from '../sound/player.js';
import { clock } from '../words.js';
import { decisions as words } from '../words-sync.js';
import { Slider } from './slider.js';
import { trouble } from './toasts.js';

// `first`, `second`: sides of a question, each with `track_id`, `source`, `title`.
export function ByEar({ first, second }) {
  const sides = [first, second];
  const decks = useRef([]);
  const heard = useSignal(0);
  const isPlaying = useSignal(false);
  const at = useSignal(0);
  const length = Math.min(first.duration_seconds, second.duration_seconds);

  const play = async (side) => {
    const [from, to] = [decks.current[heard.value], decks.current[side]];
    if (from !== to) {
      from.pause();
      to.currentTime = from.currentTime;
    }
    heard.value = side;
    if (isPlayerOn.value) toggle();
    try {
      await to.play();
    } catch (error) {
      trouble(error);
    }
  };
  useEffect(() => () => decks.current.forEach((deck) => deck?.pause()), []);
  return html`<div class="by-ear">
    <p>${words.compareHint}</p>
    ${sides.map((side, place) => html`<audio key=${side.track_id} ref=${(deck) => (decks.current[place] = deck)} preload="metadata" src=${`/api/tracks/${side.track_id}/audio`}
      onTimeUpdate=${(event) => place === heard.value && (at.value = event.target.currentTime)} onPlay=${() => (isPlaying.value = true)} onPause=${() => place === heard.value && (isPlaying.value = false)}></audio>`)}
    <div class="segments" role="group" aria-label=${words.compare}>
      ${sides.map((side, place) => html`<button key=${place} aria-pressed=${isPlaying.value && heard.value === place} onClick=${() => (isPlaying.value && heard.value === place ? decks.current[place].pause() : play(place))} dir="auto">${side.source}</button>`)}
    </div>
    <${Slider} label=${words.compare} value=${at.value} max=${length} said=${clock} isLive=${true} onChange=${(value) => { at.value = value; decks.current[heard.value].currentTime = value; }} />
  </div>`;
}
