// What was played on this device, by day.
import { api } from '../api.js';
import { html, useEffect, useSignal } from '../dom.js';
import { Cover } from '../parts/cover.js';
import { Heading } from '../parts/heading.js';
import { trouble } from '../parts/toasts.js';
import { Where } from '../parts/where.js';
import { current, playNext, playTracks } from '../sound/player.js';
import { knownTrack, readTracks, rowTick } from '../state/tracks.js';
import { actions, dayOf, timeOf, titles } from '../words.js';
import { queue as words } from '../words-more.js';

const SHORT = 30;

export default function History() {
  return html`<${Heading} title=${titles.history} /><div class="history"><${HistoryList} /></div>`;
}

export function HistoryList({ isShort }) {
  const state = useSignal({ plays: null, before: null });
  rowTick.value;
  async function read(before) {
    try {
      const found = await api.get('/api/plays', { before_ms: before });
      const plays = isShort ? found.plays.slice(0, SHORT) : found.plays;
      await readTracks(plays.map((play) => play.track_id));
      state.value = { plays: [...(before ? state.value.plays : []), ...plays], before: isShort ? null : found.next_before_ms };
    } catch (error) {
      trouble(error);
    }
  }
  // A play is told when its track is left.
  useEffect(() => {
    const timer = setTimeout(read, state.value.plays ? 800 : 0);
    return () => clearTimeout(timer);
  }, [current.value?.id]);
  const { plays, before } = state.value;
  if (!plays) return null;
  if (!plays.length) return html`<p class="hint">${words.noHistory}</p>`;
  const days = [];
  for (const play of plays) {
    const day = dayOf(play.played_at);
    if (days.at(-1)?.day !== day) days.push({ day, plays: [] });
    days.at(-1).plays.push(play);
  }
  return html`${days.map(({ day, plays: ofDay }) => html`<section key=${day}><h3>${day}</h3><ul class="queue-list">${ofDay.map((play) => {
    const row = knownTrack(play.track_id);
    return row && html`<li class="queue-row" key=${play.id} onDblClick=${() => playTracks([row.id])}>
      <span class="words"><${Cover} of=${row.id} artwork=${row.artwork_id} name=${row.album || row.title} kind="is-small" /><b dir="auto">${row.title}</b><small>${timeOf(play.played_at)} · ${play.told ? words.told(play.told) : words.here}</small></span>
      <${Where} row=${row} /><button class="round icon-plus" aria-label=${actions.addTo(row.title)} onClick=${() => playNext([row.id], { last: true })}></button>
    </li>`;
  })}</ul></section>`)}
  ${before && html`<button class="button is-quiet" onClick=${() => read(before)}>${words.all}</button>`}`;
}
