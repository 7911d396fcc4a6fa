// Making, renaming and deleting playlists: small dialogs, opened by asking.js.
import { api } from '../api.js';
import { html } from '../dom.js';
import { go, path } from '../router.js';
import { readPlaylists, status } from '../state/live.js';
import { actions } from '../words.js';
import { playlists as words } from '../words-more.js';
import { asking } from './asking.js';
import { AskForm, Field } from './cards.js';
import { Dialog } from './dialog.js';
import { toast } from './toasts.js';

export function PlaylistDialogs() {
  const asked = asking.value;
  if (!asked) return null;
  const close = () => (asking.value = null);
  const Form = { new: NewPlaylist, rename: Rename, delete: Delete }[asked.kind];
  return html`<${Form} ...${asked} close=${close} key=${asked.kind} />`;
}

function Form({ title, close, submit, label, isBad, children }) {
  const onSubmit = async (values) => {
    await submit(values);
    close();
  };
  const footer = (isBusy) => html`<footer><button type="button" class="button is-quiet" onClick=${close}>${actions.cancel}</button><button class=${`button ${isBad ? 'is-bad' : 'is-main'}`} disabled=${isBusy}>${label}</button></footer>`;
  return html`<${Dialog} title=${title} onClose=${close}><${AskForm} submit=${onSubmit} footer=${footer}>${children}</${AskForm}></${Dialog}>`;
}

function NewPlaylist({ ids, name, close }) {
  const servers = (status.value?.sources || []).filter((source) => source.type === 'server');
  const submit = async (values) => {
    const source = Number(values.source) || null;
    const made = await api.post('/api/playlists', { name: values.name, source_id: source, track_ids: ids.slice(0, 10_000) });
    readPlaylists();
    toast(words.made(values.name));
    if (!ids.length) go(`/playlists/${made.id}`);
  };
  return html`<${Form} title=${words.new} close=${close} submit=${submit} label=${words.create}>
    <${Field} label=${words.name} name="name" required maxlength="200" autofocus defaultValue=${name} />
    <label class="field"><span>${words.where}</span><select name="source">
      ${servers.map((source) => html`<option value=${source.id} selected=${source.is_active}>${source.name}</option>`)}<option value="0">${words.deviceOnly}</option>
    </select></label>
  </${Form}>`;
}

function Rename({ playlist, close }) {
  const submit = async (values) => {
    await api.patch(`/api/playlists/${playlist.id}`, { name: values.name });
    readPlaylists();
  };
  return html`<${Form} title=${words.renameTitle} close=${close} submit=${submit} label=${actions.rename}>
    <${Field} label=${words.name} name="name" required maxlength="200" autofocus defaultValue=${playlist.name} />
  </${Form}>`;
}

function Delete({ playlist, close }) {
  const submit = async () => {
    await api.delete(`/api/playlists/${playlist.id}`);
    readPlaylists();
    if (path.value.endsWith(`/${playlist.id}`)) go('/playlists');
  };
  return html`<${Form} title=${words.deleteTitle(playlist.name)} close=${close} submit=${submit} label=${actions.delete} isBad=${true}><p>${words.deleteText}</p></${Form}>`;
}
