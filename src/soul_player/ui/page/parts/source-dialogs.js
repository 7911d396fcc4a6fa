// Adding a source, signing in again, removing one: small dialogs that can be opened from anywhere.
import { api, Problem } from '../api.js';
import { html, signal, useEffect, useSignal } from '../dom.js';
import { go } from '../router.js';
import { readStatus, touchLibrary } from '../state/live.js';
import { sourceList } from '../state/sync.js';
import { hostDialogs } from '../state/window.js';
import { sources as words } from '../words-sync.js';
import { AskForm, Choices, Field } from './cards.js';
import { Dialog } from './dialog.js';
import { toast, trouble } from './toasts.js';

const open = signal(null);

export const askForServer = (url = '') => (open.value = { kind: 'server', url });
export const askForFolder = () => (open.value = { kind: 'folder' });
export const askForAddress = (source) => (open.value = { kind: 'address', source });
export const askToSignIn = (source) => (open.value = { kind: 'signIn', source });
export const askForNewPassword = (source) => (open.value = { kind: 'password', source });
export const askAboutCertificate = (source, url) => (open.value = { kind: 'certificate', source, url });
export const askToRemove = (source) => (open.value = { kind: 'remove', source });

function changed() {
  sourceList.read();
  readStatus();
  touchLibrary();
}

function SourceDialogs() {
  const asked = open.value;
  if (!asked) return null;
  const close = () => (open.value = null);
  const Shown = { server: AddServer, folder: AddFolder, address: AddAddress, signIn: SignIn, password: NewPassword, certificate: Certificate, remove: Remove }[asked.kind];
  return html`<${Shown} key=${asked.kind} ...${asked} close=${close} />`;
}

hostDialogs(SourceDialogs);

const footer = (label, close, kind = 'is-main') => (isBusy) => html`<footer><button type="button" class="button is-quiet" onClick=${close}>${words.cancel}</button><button class=${`button ${kind}`} disabled=${isBusy}>${label}</button></footer>`;

// What a server's answer asks a person before anything secret is sent to it: null, or {kind, ...} to be shown.
function doubtOf(error) {
  if (error.code === 'certificate_unknown' || error.code === 'certificate_changed') return { kind: 'certificate', fingerprint: error.fingerprint, isChanged: error.code === 'certificate_changed' };
  if (error.code === 'insecure_address') return { kind: 'insecure' };
  return null;
}

const print = (fingerprint) => (fingerprint || '').replaceAll(':', '').toUpperCase().match(/.{1,4}/g)?.join(' ');

// A form that is sent to `send(values, trust)`: when the server gives cause for doubt, that is asked, and it is sent again.
function DoubtForm({ url, send, children, label, close }) {
  const doubt = useSignal(null);
  const trust = useSignal({});
  const submit = async (values) => {
    try {
      await send(values, trust.value);
    } catch (error) {
      const found = error instanceof Problem && doubtOf(error);
      if (!found) throw error;
      doubt.value = { ...found, url: values.url || url, error };
    }
  };
  const yes = (event) => {
    const found = doubt.value;
    trust.value = found.kind === 'certificate' ? { ...trust.value, fingerprint: found.fingerprint } : { ...trust.value, insecure: true };
    doubt.value = null;
    event.target.form.requestSubmit();
  };
  const no = () => (doubt.value = null);
  const shown = doubt.value;
  return html`<${AskForm} submit=${submit} footer=${shown ? () => null : footer(label, close)}>
    <div hidden=${Boolean(shown)}>${children}</div>
    ${shown?.kind === 'certificate' && html`<div role="alert"><h3 dir="auto">${words.certificateTitle(shown.url)}</h3><p class="hint">${shown.isChanged ? words.changedText : words.certificateText}</p>
      <p>${words.fingerprint}</p><p class="print">${print(shown.fingerprint)}</p>
      <footer><button type="button" class="button is-quiet" onClick=${yes}>${words.trust}</button><button type="button" class="button is-main" onClick=${no}>${words.distrust}</button></footer></div>`}
    ${shown?.kind === 'insecure' && html`<div role="alert"><h3>${words.insecureTitle}</h3><p class="hint">${words.insecureText}</p>
      <footer><button type="button" class="button is-quiet" onClick=${yes}>${words.insecure}</button><button type="button" class="button is-main" onClick=${no}>${words.distrust}</button></footer></div>`}
  </${AskForm}>`;
}

export function ServerForm({ url = '', close, onDone }) {
  const send = async ({ url: at, username, password, name }, trust) => {
    const source = await api.post('/api/sources', { url: at.trim(), username, password, ...(name ? { name } : {}), ...trust });
    close?.();
    changed();
    api.post('/api/sync', { source_ids: [source.id] }).catch(trouble);
    onDone?.(source);
  };
  return html`<${DoubtForm} url=${url} send=${send} label=${words.connect} close=${close}>
    <${Field} label=${words.url} name="url" required maxlength="500" placeholder=${words.urlExample} value=${url} autocapitalize="off" spellcheck="false" autofocus=${!url} />
    <${Field} label=${words.username} name="username" required maxlength="500" autocomplete="username" autocapitalize="off" autofocus=${Boolean(url)} />
    <${Field} label=${words.password} name="password" type="password" required maxlength="1000" autocomplete="current-password" />
    <${Field} label=${words.nameOptional} name="name" maxlength="200" />
  </${DoubtForm}>`;
}

function AddServer({ url, close }) {
  return html`<${Dialog} title=${words.addTitle} onClose=${close}><${ServerForm} url=${url} close=${close} /></${Dialog}>`;
}

export function FolderForm({ close, onDone }) {
  const submit = async ({ folder }) => {
    const source = await api.post('/api/sources/folders', { folder });
    close?.();
    changed();
    api.post('/api/sync', { source_ids: [source.id] }).catch(trouble);
    onDone?.(source);
  };
  return html`<${AskForm} submit=${submit} footer=${footer(words.chooseFolder, close)}>
    <${Field} label=${words.folderPath} name="folder" required maxlength="4000" placeholder=${words.folderExample} autofocus autocapitalize="off" spellcheck="false" />
  </${AskForm}>`;
}

function AddFolder({ close }) {
  return html`<${Dialog} title=${words.addFolderTitle} onClose=${close}><${FolderForm} close=${close} /></${Dialog}>`;
}

function AddAddress({ source, close }) {
  const send = async ({ url }, trust) => {
    await api.post(`/api/sources/${source.id}/addresses`, { url: url.trim(), ...trust });
    close();
    changed();
    toast(words.addressAdded);
  };
  return html`<${Dialog} title=${words.addAddress} onClose=${close}><${DoubtForm} send=${send} label=${words.addAddress} close=${close}>
    <${Field} label=${words.url} name="url" required maxlength="500" placeholder=${words.urlExample} autofocus autocapitalize="off" spellcheck="false" />
  </${DoubtForm}></${Dialog}>`;
}

function SignIn({ source, close }) {
  const submit = async ({ username, password }) => {
    await api.post(`/api/sources/${source.id}/login`, { password, ...(username ? { username } : {}) });
    close();
    changed();
  };
  return html`<${Dialog} title=${words.signedIn(source.name)} onClose=${close}><${AskForm} submit=${submit} footer=${footer(words.signIn, close)}>
    <${Field} label=${words.username} name="username" maxlength="500" autocomplete="username" value=${source.username || ''} autocapitalize="off" />
    <${Field} label=${words.password} name="password" type="password" required maxlength="1000" autocomplete="current-password" autofocus />
  </${AskForm}></${Dialog}>`;
}

// A certificate that is not the one that was trusted: the safe answer is the first.
function Certificate({ source, url, close }) {
  const shown = useSignal(null);
  const chosen = useSignal('leave');
  const fault = useSignal(null);
  useEffect(() => {
    api.get(`/api/sources/${source.id}/certificate`, { url }).then((found) => (shown.value = found), (error) => (fault.value = error));
  }, [source.id, url]);
  const submit = async () => {
    if (chosen.value === 'trust') await api.put(`/api/sources/${source.id}/certificate`, { fingerprint: shown.value.fingerprint, url: shown.value.url });
    close();
    changed();
  };
  const found = shown.value;
  return html`<${Dialog} title=${words.otherCertificate(found?.url || url || source.name)} kind="is-roomy" onClose=${close}>
    <p>${words.changedText}</p>
    ${fault.value && html`<p class="fault" role="alert">${fault.value.message}</p>`}
    ${found && html`<${AskForm} submit=${submit} footer=${footer(words.apply, close)}>
      <table class="pairs"><caption class="unseen">${words.fingerprint}</caption><tbody>
        <tr><th scope="row">${words.trusted}</th><td class="print">${print(found.trusted) || words.noneTrusted}</td></tr>
        <tr><th scope="row">${words.shownNow}</th><td class="print"><mark>${print(found.fingerprint)}</mark></td></tr>
      </tbody></table>
      <${Choices} label=${words.fingerprint} name="trust" value=${chosen.value} onChange=${(value) => (chosen.value = value)} options=${[['leave', ...words.leaveIt], ['trust', ...words.trustIt]]} />
    </${AskForm}>`}
  </${Dialog}>`;
}

function NewPassword({ source, close }) {
  const submit = async ({ current, next }) => {
    await api.post(`/api/sources/${source.id}/password`, { current, new: next });
    close();
    toast(words.passwordChanged);
  };
  return html`<${Dialog} title=${words.changePassword} onClose=${close}><${AskForm} submit=${submit} footer=${footer(words.changePassword, close)}>
    <${Field} label=${words.current} name="current" type="password" required maxlength="1000" autocomplete="current-password" autofocus />
    <${Field} label=${words.next} name="next" type="password" required maxlength="1000" autocomplete="new-password" />
  </${AskForm}></${Dialog}>`;
}

function Remove({ source, close }) {
  const stake = useSignal(null);
  const keeps = useSignal('keep');
  useEffect(() => {
    api.get(`/api/sources/${source.id}/stake`).then((found) => (stake.value = found), trouble);
  }, [source.id]);
  const submit = async () => {
    await api.delete(`/api/sources/${source.id}${keeps.value === 'drop' ? '?drop_playlists=true' : ''}`);
    close();
    go('/settings');
    changed();
    toast(words.removed(source.name));
  };
  const found = stake.value;
  const unsent = found ? found.waiting_edits + found.failed_edits : 0;
  return html`<${Dialog} title=${words.removeTitle(source.name)} kind="is-roomy" onClose=${close}>
    <p>${words.removeText(found?.tracks ?? source.tracks)}</p>
    <${AskForm} submit=${submit} footer=${footer(words.removeIt(source.name), close, 'is-danger')}>
      ${found?.playlists > 0 && html`<${Choices} label=${words.removing} name="playlists" value=${keeps.value} onChange=${(value) => (keeps.value = value)} options=${[['keep', ...words.keepPlaylists(found.playlists)], ['drop', ...words.dropPlaylists()]]} />`}
      ${unsent > 0 && html`<p class="note is-warning icon-warn">${words.unsent(unsent)}</p>`}
    </${AskForm}>
  </${Dialog}>`;
}
