// How a source is, in an icon and a word, and the one thing that can be done about it.
import { html } from '../dom.js';
import { syncSource } from '../state/acts.js';
import { sources as words, sync as syncWords } from '../words-sync.js';
import { Doing } from './cards.js';
import { askAboutCertificate, askToSignIn } from './source-dialogs.js';

const LOOKS = {
  online: ['is-ok', 'check'], offline: ['', 'unplug'], limited: ['is-warning', 'warn'], sign_in_needed: ['is-warning', 'key'],
  certificate_problem: ['is-bad', 'lock'], syncing: ['is-busy', 'sync'], failed: ['is-bad', 'warn'],
};

export function stateOf(source) {
  if (source.is_syncing) return 'syncing';
  if (source.connectivity && source.connectivity !== 'online') return source.connectivity;
  if (source.needs_sign_in) return 'sign_in_needed';
  if (source.error_code) return source.is_online ? 'failed' : 'offline';
  return source.is_online ? 'online' : 'offline';
}

export function SourceState({ source }) {
  const state = stateOf(source);
  const [kind, icon] = LOOKS[state];
  return html`<span class=${`state ${kind} icon-${icon}`} title=${source.error || undefined}>${(source.type === 'folder' && words.folderStates[state]) || words.states[state] || syncWords.states[state]}</span>`;
}

// One thing that can be done: {label, run}, or null. `asks`: it opens a dialog, to which the focus goes.
export function wayOutOf(source) {
  const state = stateOf(source);
  const doubted = source.addresses?.find((one) => one.seen === 'certificate_problem')?.url;
  if (state === 'sign_in_needed') return { label: syncWords.actions.sign_in, asks: true, run: () => askToSignIn(source) };
  if (state === 'certificate_problem') return { label: syncWords.actions.check_certificate, asks: true, run: () => askAboutCertificate(source, doubted) };
  if (state === 'failed' || state === 'offline' || state === 'limited') return { label: syncWords.actions.retry, run: () => syncSource(source.id) };
  return null;
}

export function actionOf(source) {
  const way = wayOutOf(source);
  if (way?.asks) return html`<button class="button is-quiet is-small" onClick=${way.run}>${way.label}</button>`;
  return way && html`<${Doing} kind="is-quiet is-small" run=${way.run}>${way.label}</${Doing}>`;
}
