// The first look: where is your music? A server that announces itself on the network is offered.
import { api } from '../api.js';
import { html, useEffect, useSignal } from '../dom.js';
import { Cover } from '../parts/cover.js';
import { askForFolder, askForServer } from '../parts/source-dialogs.js';
import { go } from '../router.js';
import { status } from '../state/live.js';
import { welcome as words } from '../words-sync.js';

const FAN = ['Tidelines', 'Slow Weather', 'Undergrowth', 'Aperture', 'Breakwater'];

export default function Welcome() {
  const found = useSignal([]);
  const known = status.value?.sources.length || 0;
  useEffect(() => {
    const asking = new AbortController();
    api.get('/api/discovered', undefined, { signal: asking.signal }).then((answer) => (found.value = answer.servers.filter((one) => !one.is_known)), (error) => error.name !== 'AbortError' && console.warn(error.message));
    return () => asking.abort();
  }, []);
  useEffect(() => {
    if (known) go('/tracks', { replace: true });
  }, [known]);
  return html`<div class="welcome">
    <div class="welcome-fan" aria-hidden="true">${FAN.map((name) => html`<${Cover} key=${name} name=${name} />`)}</div>
    <h1>${words.title}</h1><p>${words.text}</p>
    ${found.value.map((server) => html`<p class="note is-ok icon-check" key=${server.url}><span class="entry-words"><strong dir="auto">${words.found(server.name)}</strong><small>${words.asks(server.url)}</small></span><button onClick=${() => askForServer(server.url)}>${words.use}</button></p>`)}
    <div class="boxes">
      <section class="box"><i class="emblem icon-cloud"></i><h2>${words.server}</h2><p class="box-hint">${words.serverText}</p><div class="actions"><button class="button is-main" onClick=${() => askForServer()}>${words.server}</button></div></section>
      <section class="box"><i class="emblem icon-folder"></i><h2>${words.folder}</h2><p class="box-hint">${words.folderText}</p><div class="actions"><button class="button is-quiet" onClick=${askForFolder}>${words.folder}</button></div></section>
    </div>
    <p class="foot">${words.foot} <a class="link" href="/tracks">${words.later}</a></p>
  </div>`;
}
