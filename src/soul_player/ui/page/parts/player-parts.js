// What the bar and the full-screen player share: buttons, the line of time, volume, where the sound comes from.
import { classes, html } from '../dom.js';
import { current, duration, heard, isPlaying, isShuffled, isWaiting, position, queue, seek, step, toggle, toggleShuffle, turnRepeat } from '../sound/player.js';
import { gainDb } from '../sound/decks.js';
import { isMuted, replayGain, volume } from '../state/kept.js';
import { whereIs } from '../state/tracks.js';
import { clock, format, player as words } from '../words.js';
import { Slider } from './slider.js';
import { whereWords } from './where.js';

export function Buttons({ big }) {
  const isOff = queue.value.track_id === null;
  const repeat = queue.value.repeat;
  const says = { off: words.repeatOff, all: words.repeatAll, one: words.repeatOne }[repeat];
  return html`<div class=${classes('buttons', big && 'is-big')}>
    <button class=${classes('round icon-shuffle', isShuffled.value && 'is-on')} aria-pressed=${isShuffled.value} aria-label=${words.shuffle} disabled=${isOff} onClick=${toggleShuffle}></button>
    <button class="round icon-previous" aria-label=${words.previous} disabled=${isOff} onClick=${() => step(-1)}></button>
    <button class=${classes('round is-play', isPlaying.value ? 'icon-pause' : 'icon-play', isWaiting.value && isPlaying.value && 'is-waiting')} aria-label=${isPlaying.value ? words.pause : words.play} disabled=${isOff} onClick=${toggle}></button>
    <button class="round icon-next" aria-label=${words.next} disabled=${isOff} onClick=${() => step(1)}></button>
    <button class=${classes('round', repeat === 'one' ? 'icon-repeat-one' : 'icon-repeat', repeat !== 'off' && 'is-on')} aria-pressed=${repeat !== 'off'} aria-label=${`${words.repeat}: ${says}`} title=${says} disabled=${isOff} onClick=${turnRepeat}></button>
  </div>`;
}

export function Timeline({ counts = 'up' }) {
  const all = duration.value;
  const now = Math.min(position.value, all || position.value);
  return html`<div class="timeline">
    <span class="time">${clock(now)}</span>
    <${Slider} label=${words.seek} value=${now} max=${all} step=${0.1} said=${(value) => words.position(clock(value), clock(all))} onChange=${seek} />
    <span class="time">${counts === 'down' ? `−${clock(all - now)}` : clock(all)}</span>
  </div>`;
}

export function Volume() {
  const level = isMuted.value ? 0 : volume.value;
  return html`<div class="volume">
    <button class=${`round ${isMuted.value || !volume.value ? 'icon-muted' : 'icon-volume'}`} aria-label=${isMuted.value ? words.unmute : words.mute} aria-pressed=${isMuted.value} onClick=${() => (isMuted.value = !isMuted.value)}></button>
    <${Slider} label=${words.volume} value=${level} max=${1} step=${0.01} said=${(value) => `${Math.round(value * 100)}%`} isLive=${true} onChange=${(value) => {
      volume.value = value;
      isMuted.value = false;
    }} />
  </div>`;
}

// `Playing from this device · FLAC, 96 kHz`; before anything is heard: what would be.
export function ComesFrom({ isLong }) {
  const track = current.value;
  if (!track) return null;
  const told = heard.value;
  if (!told) {
    const { state } = whereIs(track);
    return html`<span class=${`comes-from is-quiet icon-${state === 'unavailable' ? 'clock' : 'info'}`}>${whereWords(track)}</span>`;
  }
  const isHere = told.source_id === null;
  const quality = [format(told.content_type)];
  if (isLong && told.sample_rate) quality.push(`${told.sample_rate / 1000} kHz`);
  if (isLong && told.bitrate && !/flac|wav/.test(told.content_type)) quality.push(`${Math.round(told.bitrate / 1000)} kbit/s`);
  if (told.quality !== 'original') quality.push(told.quality);
  const gain = gainDb(track, replayGain.value);
  if (isLong && gain !== null) quality.push(words.gain(gain));
  return html`<span class=${`comes-from ${isHere ? 'icon-check is-here' : 'icon-cloud'}`}><b>${isHere ? words.fromDevice : words.from(told.source_name)}</b> · ${quality.join(', ')}</span>`;
}
