// One source: how it is and why, the ways to it, its last sync, the account there, and removing it.
import { html } from '../dom.js';
import { api } from '../api.js';
import { Card, Doing, Line } from '../parts/cards.js';
import { Empty } from '../parts/empty.js';
import { Heading } from '../parts/heading.js';
import { askAboutCertificate, askForAddress, askForNewPassword, askToRemove, askToSignIn } from '../parts/source-dialogs.js';
import { SourceState, stateOf, wayOutOf } from '../parts/source-state.js';
import { trouble } from '../parts/toasts.js';
import { syncSource } from '../state/acts.js';
import { playlists as live } from '../state/live.js';
import { sourceList, syncState, useReading } from '../state/sync.js';
import { ago, sources as words, sync as syncWords } from '../words-sync.js';
import { count, empty, titles } from '../words.js';

const NOTES = { sign_in_needed: 'icon-key is-warning', offline: 'icon-unplug is-offline', limited: 'icon-warn is-warning' };

export default function SourceScreen({ id }) {
  const list = useReading(sourceList)?.sources;
  const state = useReading(syncState);
  if (!list) return null;
  const source = list.find((one) => one.id === Number(id));
  if (!source) return html`<h1 class="unseen">${empty.nowhere}</h1><${Empty} icon="unplug" title=${empty.nowhere} text=${empty.nowhereHint} actions=${[{ label: titles.settings, to: '/settings', isMain: true }]} />`;
  const isServer = source.type === 'server';
  const last = state?.sources.find((one) => one.source_id === source.id)?.last;
  const how = stateOf(source);
  const way = wayOutOf(source);
  return html`
    <a class="back icon-chevron-left" href="/settings">${words.title}</a>
    <${Heading} title=${source.name} sub=${[isServer ? words.server : words.folder, words.tracks(source.tracks), words.added(source.added_at)].join(' · ')}>
      <${Doing} icon="sync" run=${() => syncSource(source.id)}>${syncWords.now}</${Doing}>
    </${Heading}>
    ${source.error && html`<p class=${`note ${NOTES[how] || 'icon-warn is-bad'}`} role="status"><span dir="auto">${source.error}</span>${way && html`<button onClick=${() => Promise.resolve(way.run()).catch(trouble)}>${way.label}</button>`}</p>`}
    <div class="boxes">
      <div class="column">
        ${isServer ? html`<${Addresses} source=${source} />` : html`<${Card} title=${words.folder}><ul><${Line} icon="folder" title=${source.url} sub=${words.watching} /></ul></${Card}>`}
        <${LastSync} source=${source} last=${last} />
      </div>
      <div class="column">
        ${isServer && html`<${Card} title=${words.account}><ul><${Line} icon="person" title=${source.username || source.name} sub=${source.is_active ? words.active : ''}><${SourceState} source=${source} /></${Line}></ul>
          <div class="actions">
            <button class=${`button ${how === 'sign_in_needed' ? 'is-main' : 'is-quiet'}`} onClick=${() => askToSignIn(source)}>${words.signInAgain}</button>
            <button class="button is-quiet" onClick=${() => askForNewPassword(source)}>${words.changePassword}</button>
            ${!source.is_active && html`<${Doing} run=${async () => { await api.post(`/api/sources/${source.id}/activate`); sourceList.read(); }}>${words.makeActive}</${Doing}>`}
          </div></${Card}><${Connection} source=${source} />`}
        <${Card} title=${words.removing} hint=${words.removeHint}><div class="actions"><button class="button is-bad" onClick=${() => askToRemove(source)}>${words.removeIt(source.name)}</button></div></${Card}>
      </div>
    </div>`;
}

const SEEN = { online: ['is-ok', 'check'], limited: ['is-warning', 'warn'], offline: ['', 'unplug'], sign_in_needed: ['is-warning', 'key'], certificate_problem: ['is-bad', 'lock'] };

function Addresses({ source }) {
  const addresses = source.addresses?.length ? source.addresses : [{ url: source.url, seen: source.is_online ? 'online' : 'offline' }];
  return html`<${Card} title=${words.addresses} hint=${words.addressesHint}>
    <ul>${addresses.map((one, place) => {
      const [kind, icon] = SEEN[one.seen] || ['', 'clock'];
      const sub = [one.url.startsWith('http:') && words.plain, one.fingerprint && words.pinned, one.error, one.seen_at && (one.seen === 'online' ? words.lastAnswer : words.asked)(ago(one.seen_at))].filter(Boolean).join(' · ');
      const remove = async () => {
        await api.delete(`/api/sources/${source.id}/addresses?url=${encodeURIComponent(one.url)}`);
        sourceList.read();
      };
      return html`<${Line} key=${one.url} title=${one.url} sub=${sub}>
        <span class=${`state ${kind} icon-${icon}`}>${place === 0 && one.seen === 'online' && addresses.length > 1 ? words.inUse : words.states[one.seen] || words.notAsked}</span>
        ${one.seen === 'certificate_problem' && html`<button class="button is-quiet is-small" onClick=${() => askAboutCertificate(source, one.url)}>${words.review}</button>`}
        ${addresses.length > 1 && html`<${Doing} kind="round icon-close" run=${remove} label=${words.removeAddress(one.url)} />`}
      </${Line}>`;
    })}</ul>
    <div class="actions"><button class="button is-quiet icon-plus" onClick=${() => askForAddress(source)}>${words.addAddress}</button></div>
  </${Card}>`;
}

// How it is known that it is this server, and no other computer.
function Connection({ source }) {
  const used = source.addresses?.find((one) => one.is_used) || { url: source.url };
  const [icon, title, sub] = used.url.startsWith('http:') ? ['warn', words.plain, words.plainHint] : used.fingerprint ? ['check', words.pinned, words.trustedHint] : ['check', words.verified, words.verifiedBy];
  return html`<${Card} title=${words.connection}><ul>
    <${Line} icon=${icon} title=${title} sub=${sub} />
    ${source.server_id && html`<${Line} icon="key" title=${words.identity} sub=${words.same(source.server_id.slice(0, 8), source.added_at)} />`}
  </ul></${Card}>`;
}

function LastSync({ source, last }) {
  const at = source.last_sync_at ? `${ago(source.last_sync_at)}${last ? ` · ${syncWords.seconds(last.seconds)}` : ''}` : words.neverSynced;
  const rows = last ? [[syncWords.kinds.tracks, count(source.tracks), syncWords.changed({ ...last, pushed: 0 })]] : [];
  if (last && source.type === 'server') {
    const playlists = live.value.playlists.filter((one) => one.source_id === source.id).length;
    rows.push([syncWords.kinds.playlists, count(playlists), last.playlists_synced ? words.received(last.playlists_synced) : words.none], [syncWords.kinds.edits, '', last.pushed ? words.sent(last.pushed) : words.noEdits]);
  }
  return html`<${Card} title=${words.lastSync} hint=${at}>
    ${rows.length > 0 && html`<table class="pairs"><caption class="unseen">${words.lastSync}</caption><thead><tr><td></td><th scope="col">${words.here}</th><th scope="col">${words.changed}</th></tr></thead><tbody>${rows.map(([name, here, value]) => html`<tr key=${name}><th scope="row">${name}</th><td>${here}</td><td>${value}</td></tr>`)}</tbody></table>`}
    ${last?.error && html`<p class="quiet" dir="auto">${last.error.message}</p>`}
    ${last?.unreadable.length > 0 && html`<details><summary>${syncWords.unreadable(last.unreadable.length)}</summary><ul>${last.unreadable.slice(0, 100).map((one) => html`<${Line} key=${one.path} icon="warn" title=${one.path} sub=${one.reason} />`)}</ul></details>`}
  </${Card}>`;
}
