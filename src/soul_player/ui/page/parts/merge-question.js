// Whether two tracks are one recording: side by side, what differs marked, how like they are, and by ear.
import { api } from '../api.js';
import { html, useEffect, useSignal } from '../dom.js';
import { answer } from '../state/acts.js';
import { clock, size } from '../words.js';
import { decisions as words } from '../words-sync.js';
import { ByEar } from './by-ear.js';
import { Doing } from './cards.js';

export function MergeQuestion({ question, putOff }) {
  const { pairs, album, source, other_album: otherAlbum, other_source: otherSource } = question.evidence;
  const at = useSignal(0);
  const isSimilar = useSignal(false);
  const similar = useSignal(null);
  const isHeard = useSignal(false);
  const pair = pairs?.[Math.min(at.value, pairs.length - 1)];
  useEffect(() => {
    api.get(`/api/questions/${question.id}/similar`).then((found) => (similar.value = found), () => (similar.value = null));
  }, [question.id]);
  if (!pair) return null;
  const decide = (choice) => () => answer(question, isSimilar.value ? { choice, similar: true } : { choice });
  const next = (by) => () => {
    isHeard.value = false;
    at.value = (at.value + by + pairs.length) % pairs.length;
  };
  return html`
    <div class="decision-head icon-warn"><span>${words.same}</span><small>${words.alike(pair.score)}</small></div>
    ${pairs.length > 1 && html`<p dir="auto">${words.of(album || words.noAlbum, source, otherAlbum || words.noAlbum, otherSource)}</p>`}
    <${Compared} pair=${pair} />
    ${pair.reasons.length > 0 && html`<p class="reasons">${words.because}: ${pair.reasons.join('; ')}</p>`}
    ${isHeard.value && html`<${ByEar} key=${pair.pair} sides=${[pair.track, pair.other].map((side) => ({ ...side, label: side.source }))} />`}
    ${pairs.length > 1 && html`<div class="actions"><button class="round icon-chevron-left" aria-label=${words.previousPair} onClick=${next(-1)}></button><span>${words.pairOf(at.value + 1, pairs.length)}</span><button class="round icon-chevron-right" aria-label=${words.nextPair} onClick=${next(1)}></button></div>`}
    <div class="actions">
      <${Doing} kind="is-main" run=${decide('merge')}>${words.merge}</${Doing}>
      <${Doing} run=${decide('separate')}>${words.separate}</${Doing}>
      <button class="button is-quiet icon-play" aria-pressed=${isHeard.value} onClick=${() => (isHeard.value = !isHeard.value)}>${words.compare}</button>
      <button class="button is-quiet" onClick=${putOff}>${words.later}</button>
    </div>
    ${similar.value?.pairs > pairs.length && html`<label class="check"><input type="checkbox" checked=${isSimilar.value} onChange=${(event) => (isSimilar.value = event.target.checked)} />${words.similar(similar.value.pairs)}</label>`}`;
}

const audio = (side) => `${side.content_type.replace('audio/', '').toUpperCase()}, ${size(side.file_size)}`;

function Compared({ pair: { track, other, fingerprint } }) {
  const rows = [
    ['title', track.title, other.title], ['artist', track.artist, other.artist], ['album', track.album, other.album], ['track_number', track.track_number, other.track_number],
    ['year', track.year, other.year], ['duration', clock(track.duration_seconds), clock(other.duration_seconds)], ['audio', audio(track), audio(other)],
  ].filter(([, mine, theirs]) => mine || theirs);
  return html`<table class="compared">
    <caption class="unseen">${words.table}</caption>
    <thead><tr><th scope="col"><span class="unseen">${words.field}</span></th><th scope="col" dir="auto">${track.source}</th><th scope="col" dir="auto">${other.source}</th></tr></thead>
    <tbody>
      ${rows.map(([name, mine, theirs]) => html`<tr key=${name}><th scope="row">${words.fields[name]}</th><td dir="auto">${mine || '–'}</td><td dir="auto">${mine === theirs || name === 'audio' ? theirs || '–' : html`<${Differing} text=${String(theirs ?? '–')} than=${String(mine ?? '')} />`}</td></tr>`)}
      ${fingerprint !== null && html`<tr><th scope="row">${words.fields.sound}</th><td colspan="2">${words.sound(fingerprint)}</td></tr>`}
    </tbody>
  </table>`;
}

// Only what differs is marked: what both begin and end with is left as it is.
function Differing({ text, than }) {
  const [mine, theirs] = [[...text], [...than]];
  let first = 0;
  while (first < mine.length && first < theirs.length && mine[first] === theirs[first]) first += 1;
  let last = 0;
  while (last < mine.length - first && last < theirs.length - first && mine.at(-1 - last) === theirs.at(-1 - last)) last += 1;
  const differs = mine.slice(first, mine.length - last).join('');
  if (!differs) return html`<mark>${text}</mark>`;
  return html`${mine.slice(0, first).join('')}<mark>${differs}</mark>${mine.slice(mine.length - last).join('')}`;
}
