// How it plays: loudness, only what is downloaded, keys. For the settings screen.
import { html } from '../dom.js';
import { hasLetterKeys, isOfflineOnly, replayGain } from '../state/kept.js';
import { playback as words, shortcuts } from '../words-more.js';
import { Segments } from './segments.js';

function Switch({ name, hint, value }) {
  return html`<label class="setting"><span><b>${name}</b><small>${hint}</small></span><input type="checkbox" role="switch" class="switch" checked=${value.value} onChange=${(event) => (value.value = event.target.checked)} /></label>`;
}

export function PlaybackSettings() {
  return html`<section class="card-panel" aria-labelledby="playback"><h2 id="playback">${words.title}</h2>
    <div class="setting"><span><b>${words.gain}</b><small>${words.gainHint}</small></span><${Segments} label=${words.gain} value=${replayGain.value} options=${{ album: words.gainAlbum, track: words.gainTrack, off: words.gainOff }} onChange=${(to) => (replayGain.value = to)} /></div>
    <${Switch} name=${words.offlineOnly} hint=${words.offlineOnlyHint} value=${isOfflineOnly} />
    <${Switch} name=${words.keys} hint=${shortcuts.lettersHint} value=${hasLetterKeys} />
  </section>`;
}
