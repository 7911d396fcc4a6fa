// How the player plays, remembered by this browser.
import { html } from '../dom.js';
import { hasLetterKeys, isOfflineOnly, replayGain } from '../state/kept.js';
import { playback as words } from '../words-more.js';
import { Card, Setting, Switch } from './cards.js';

const GAINS = { album: words.gainAlbum, track: words.gainTrack, off: words.gainOff };

export function PlaybackSettings() {
  return html`<${Card} title=${words.title}><ul>
    <${Setting} title=${words.gain} hint=${words.gainHint}><select aria-label=${words.gain} onChange=${(event) => (replayGain.value = event.target.value)}>${Object.entries(GAINS).map(([key, label]) => html`<option key=${key} value=${key} selected=${replayGain.value === key}>${label}</option>`)}</select></${Setting}>
    <${Setting} title=${words.offlineOnly} hint=${words.offlineOnlyHint}><${Switch} label=${words.offlineOnly} isOn=${isOfflineOnly.value} onChange=${(on) => (isOfflineOnly.value = on)} /></${Setting}>
    <${Setting} title=${words.keys}><${Switch} label=${words.keys} isOn=${hasLetterKeys.value} onChange=${(on) => (hasLetterKeys.value = on)} /></${Setting}>
  </ul></${Card}>`;
}
