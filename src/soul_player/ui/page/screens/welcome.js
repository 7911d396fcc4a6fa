// The first look: where is your music? A server that announces itself on the network is offered, and a demo to try it with.
import { api } from '../api.js';
import { html, useEffect, useSignal } from '../dom.js';
import { Doing } from '../parts/cards.js';
import { Cover } from '../parts/cover.js';
import { askForFolder, askForServer } from '../parts/source-dialogs.js';
import { go } from '../router.js';
import { syncSource } from '../state/acts.js';
import { readStatus, status } from '../state/live.js';
import { sources as sourceWords, welcome as words } from '../words-sync.js';

const FAN = ['Undergrowth', 'Aperture', 'Canopy', 'Second Summer', 'Tidelines', 'Kite Season', 'Overnight'];
// Two dozen tracks are made, on however slow a machine.
const MAKING_MS = 180_000;

export default function Welcome() {
  const found = useSignal([]);
  const isMaking = useSignal(false);
  const known = status.value?.sources.length || 0;
  useEffect(() => {
    const asking = new AbortController();
    api.get('/api/discovered', undefined, { signal: asking.signal }).then((answer) => (found.value = answer.servers.filter((one) => !one.is_known)), (error) => error.name !== 'AbortError' && console.warn(error.message));
    return () => asking.abort();
  }, []);
  useEffect(() => {
    if (known) go('/tracks', { replace: true });
  }, [known]);
  const connect = (event) => {
    event.preventDefault();
    askForServer(new FormData(event.target).get('url').trim());
  };
  const startDemo = async () => {
    isMaking.value = true;
    try {
      const made = await api.post('/api/sources/demo', undefined, { signal: AbortSignal.timeout(MAKING_MS) });
      await syncSource(made.id);
      readStatus();
    } finally {
      isMaking.value = false;
    }
  };
  const box = (icon, title, text, act) => html`<section class="box"><i class=${`emblem icon-${icon}`}></i><h2>${title}</h2><p class="box-hint">${text}</p>${act}</section>`;
  return html`<div class="welcome">
    <p class="brand"><img src="/icons/soul.svg" alt="" width="26" height="26" />Soul Player</p>
    <div class="welcome-fan" aria-hidden="true">${FAN.map((name) => html`<${Cover} key=${name} name=${name} />`)}</div>
    <h1>${words.title}</h1><p>${words.text}</p>
    ${found.value.map((server) => html`<p class="note is-ok icon-check" key=${server.url}><span class="entry-words"><strong dir="auto">${words.found(server.name)}</strong><small>${words.asks(server.url)}</small></span><button class="button is-small" onClick=${() => askForServer(server.url)}>${words.use}</button></p>`)}
    <div class="boxes">
      ${box('cloud', words.server, words.serverText, html`<form class="connect" onSubmit=${connect}><input name="url" required maxlength="500" aria-label=${sourceWords.url} placeholder=${sourceWords.urlExample} autocapitalize="off" spellcheck="false" /><button class="button is-main">${sourceWords.connect}</button></form>`)}
      ${box('folder', words.folder, words.folderText, html`<div class="actions"><button class="button is-quiet" onClick=${askForFolder}>${words.chooseFolder}</button></div>`)}
      ${box('bolt', words.demo, words.demoText, html`<div class="actions"><${Doing} run=${startDemo}>${isMaking.value ? words.making : words.startDemo}</${Doing}></div>`)}
    </div>
    <p class="foot">${words.foot} <a class="link" href="/tracks">${words.later}</a></p>
  </div>`;
}
