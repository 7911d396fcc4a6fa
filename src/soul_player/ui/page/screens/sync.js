// Sync: what runs now, what needs a decision, what waits to be sent, and how each source is.
import { api } from '../api.js';
import { html, useEffect, useRef, useSignal } from '../dom.js';
import { Card, Doing, Line, Meter } from '../parts/cards.js';
import { Decisions } from '../parts/decisions.js';
import { FailedEdits } from '../parts/failed-edits.js';
import { Heading } from '../parts/heading.js';
import { actionOf, SourceState } from '../parts/source-state.js';
import { say, toast } from '../parts/toasts.js';
import { status } from '../state/live.js';
import { syncState, useReading, waitingEdits } from '../state/sync.js';
import { count, listed, titles } from '../words.js';
import { ago, sync as words, waiting as waitingWords } from '../words-sync.js';

// A screen reader hears of a sync at each quarter, not at each page.
const QUARTER = 25;
const KIND_ICONS = { playlist: 'list', favourites: 'heart', ratings: 'star', plays: 'play' };

export default function Sync() {
  const state = useReading(syncState);
  const isSyncing = state?.sources.some((source) => source.is_syncing);
  const syncNow = () => api.post('/api/sync', {});
  useSpoken(state);
  const places = (status.value?.sources || []).map((source) => source.name);
  return html`
    <${Heading} title=${titles.sync} sub=${words.sub(listed(places.slice(0, 4)))}>
      <${Doing} kind="is-main" icon="sync" run=${syncNow} disabled=${!places.length}>${words.now}</${Doing}>
    </${Heading}>
    <div class="boxes">
      <div class="column">
        ${isSyncing ? state.sources.filter((source) => source.is_syncing).map((source) => html`<${Running} key=${source.source_id} source=${source} state=${state} />`) : html`<${Idle} state=${state} />`}
        <${Decisions} />
      </div>
      <div class="column"><${Waiting} /><${FailedEdits} /><${Recent} state=${state} /></div>
    </div>`;
}

function Running({ source, state }) {
  const isCancelled = useSignal(false);
  const cancel = async () => {
    // Said at once: what is committed stays, whatever the client still has to put away.
    isCancelled.value = true;
    toast(words.cancelled);
    try {
      await api.delete('/api/sync');
    } catch (error) {
      isCancelled.value = false;
      throw error;
    }
  };
  return html`<${Card} title=${words.from(source.name)} kind="is-running">
    <ul class="tree">
      ${source.counted.map((step) => html`<li key=${step.kind}><span>${words.step(words.kinds[step.kind] || step.kind, step)}</span>${step.total ? html`<${Meter} done=${step.percent} label=${words.kinds[step.kind] || step.kind} kind=${step.percent === 100 ? 'is-done' : ''} />` : ''}</li>`)}
      ${source.retrying && html`<li><span class="state is-warning icon-warn">${words.retrying(source.retrying.reason, source.retrying.seconds)}</span></li>`}
      <li><span>${words.queue(state.downloads_pending)}</span></li>
    </ul>
    <div class="actions">${isCancelled.value ? html`<p class="quiet" role="status">${words.cancelled}</p>` : html`<${Doing} run=${cancel}>${words.cancel}</${Doing}>`}</div>
  </${Card}>`;
}

function Idle({ state }) {
  const badge = status.value?.badge;
  const synced = status.value?.last_synced_at;
  return html`<${Card} title=${words.idle} hint=${synced ? words.next(ago(synced)) : ''}>
    ${badge?.reason && html`<p class="quiet" dir="auto">${badge.reason}</p>`}
    <ul class="tree">
      ${state?.matching && html`<li><span>${words.step(words.matching, state.matching)}</span><${Meter} done=${state.matching.percent} label=${words.matching} /></li>`}
      <li><span>${words.queue(state?.downloads_pending ?? 0)}</span></li>
    </ul>
  </${Card}>`;
}

function Waiting() {
  const waiting = useReading(waitingEdits)?.waiting;
  const several = new Set((waiting || []).map((one) => one.source_id)).size > 1;
  return html`<${Card} title=${words.waiting} hint=${waiting?.length === 0 ? words.nothingWaits : words.waitingHint}>
    ${waiting?.length > 0 && html`<ul>${waiting.map((one) => html`<${WaitingLine} key=${`${one.source_id} ${one.kind} ${one.playlist_id} ${one.name}`} one=${one} several=${several} />`)}</ul>`}
  </${Card}>`;
}

function WaitingLine({ one, several }) {
  const number = Object.values(one.counts).reduce((sum, value) => sum + value, 0);
  const isPlaylist = one.kind === 'playlist';
  const title = isPlaylist ? one.name || waitingWords.unnamed : waitingWords.titles[one.kind](number);
  const said = isPlaylist ? waitingWords.playlist(one.counts) : one.kind === 'plays' ? waitingWords.plays : one.name && waitingWords.last(one.name, number);
  const sub = [said, several && waitingWords.to(one.source_name)].filter(Boolean).join(' · ');
  return html`<${Line} icon=${KIND_ICONS[one.kind]} title=${title} sub=${sub} to=${one.playlist_id ? `/playlists/${one.playlist_id}` : undefined}><time datetime=${one.last_at}>${ago(one.last_at)}</time></${Line}>`;
}

function Recent({ state }) {
  const known = status.value?.sources || [];
  if (!known.length) return null;
  const last = (id) => state?.sources.find((one) => one.source_id === id)?.last;
  return html`<${Card} title=${words.recent}><ul>
    ${known.map((source) => {
      const outcome = last(source.id);
      const failure = source.error || (outcome?.error && outcome.error.message);
      const told = outcome?.status === 'synced' ? `${words.changed(outcome)} · ${words.seconds(outcome.seconds)}` : source.last_sync_at ? words.next(ago(source.last_sync_at)) : words.never;
      const unreadable = outcome?.unreadable.length ? ` · ${words.unreadable(outcome.unreadable.length)}` : '';
      return html`<${Line} key=${source.id} icon=${source.type === 'folder' ? 'folder' : 'cloud'} title=${source.name} sub=${(failure || told) + unreadable} to=${`/sources/${source.id}`}>
        <${SourceState} source=${source} />${actionOf(source)}
      </${Line}>`;
    })}
  </ul></${Card}>`;
}

function useSpoken(state) {
  const heard = useRef(new Map());
  useEffect(() => {
    for (const source of state?.sources || []) {
      const before = heard.current.get(source.source_id);
      const step = source.counted.find((one) => one.total);
      const quarter = source.is_syncing && step ? `${step.kind} ${Math.floor(step.percent / QUARTER)}` : '';
      if (quarter && quarter !== before) say(words.spoken(source.name, words.kinds[step.kind] || step.kind, count(step.percent)));
      else if (before && !source.is_syncing && source.last?.status === 'synced') say(words.done(source.name));
      heard.current.set(source.source_id, quarter);
    }
  }, [state]);
}
