// What several sources have of one recording, or of two, from one place in time: switching keeps the place, so that
// only what differs is heard.
import { html, useEffect, useRef, useSignal } from '../dom.js';
import { whyNot } from '../sound/decks.js';
import { isPlaying as isPlayerOn, toggle } from '../sound/player.js';
import { clock } from '../words.js';
import { decisions as words } from '../words-sync.js';
import { Slider } from './slider.js';
import { trouble } from './toasts.js';

// `sides`: each with `track_id`, `entry_id`, `label`, `duration_seconds`. Their own bytes are heard, not a smaller stream.
export function ByEar({ sides }) {
  const decks = useRef([]);
  const heard = useSignal(0);
  const isPlaying = useSignal(false);
  const at = useSignal(0);
  const length = Math.min(...sides.map((side) => side.duration_seconds));
  const audio = (side) => `/api/tracks/${side.track_id}/audio?entry_id=${side.entry_id}&quality=original`;

  const play = async (place) => {
    const [from, to] = [decks.current[heard.value], decks.current[place]];
    if (from !== to) {
      from.pause();
      to.currentTime = from.currentTime;
    }
    heard.value = place;
    if (isPlayerOn.value) toggle();
    try {
      await to.play();
    } catch (error) {
      // Somebody was quicker: another side, or a pause.
      if (error.name !== 'AbortError') trouble(await whyNot(audio(sides[place])));
    }
  };
  useEffect(() => () => decks.current.forEach((deck) => deck?.pause()), []);
  // One sound at a time, also when the player is started elsewhere.
  useEffect(() => {
    if (isPlayerOn.value) decks.current[heard.value]?.pause();
  }, [isPlayerOn.value]);
  return html`<div class="by-ear">
    <p>${words.compareHint}</p>
    ${sides.map((side, place) => html`<audio key=${side.entry_id} ref=${(deck) => (decks.current[place] = deck)} preload="metadata" src=${audio(side)}
      onTimeUpdate=${(event) => place === heard.value && (at.value = event.target.currentTime)} onPlay=${() => (isPlaying.value = true)} onPause=${() => place === heard.value && (isPlaying.value = false)}></audio>`)}
    <div class="segments" role="group" aria-label=${words.compare}>
      ${sides.map((side, place) => html`<button key=${side.entry_id} aria-pressed=${isPlaying.value && heard.value === place} onClick=${() => (isPlaying.value && heard.value === place ? decks.current[place].pause() : play(place))} dir="auto">${side.label}</button>`)}
    </div>
    <${Slider} label=${words.compare} value=${at.value} max=${length} step=${0.1} said=${clock} isLive=${true} onChange=${(value) => { at.value = value; decks.current[heard.value].currentTime = value; }} />
  </div>`;
}
