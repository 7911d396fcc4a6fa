// The frame around every screen: sidebar, top bar, the screen itself, a panel beside it, the player below.
import { html, signal, useEffect, useLayoutEffect } from '../dom.js';
import { path, place, restoreScroll } from '../router.js';
import { isConnected, status } from '../state/live.js';
import { dialogs, isHelpOpen, isNarrow, isPlayerOpen, panel } from '../state/window.js';
import { frame as words, titles } from '../words.js';
import { Later } from './later.js';
import { Menu } from './menu.js';
import { NowBar } from './now-bar.js';
import { Panel } from './panel.js';
import { Sidebar, Tabs } from './sidebar.js';
import { say, Toasts } from './toasts.js';
import { TopBar } from './top-bar.js';

const loaded = new Map();
const tick = signal(0);
let isFirst = true;

function load(route) {
  const known = loaded.get(route.name);
  if (known) return known;
  const entry = { module: null, error: null };
  loaded.set(route.name, entry);
  route.screen().then(
    (module) => (entry.module = module),
    (error) => {
      entry.error = error;
      loaded.delete(route.name);
    },
  ).finally(() => (tick.value += 1));
  return entry;
}

function Screen() {
  tick.value;
  const at = place.value;
  const { module, error } = load(at);
  const name = titles[at.name];
  useLayoutEffect(() => {
    document.title = `${name} · Soul Player`;
    if (!module) return;
    restoreScroll();
    if (isFirst) {
      isFirst = false;
      return;
    }
    // Whoever cannot see the page is taken to its new heading.
    const heading = document.querySelector('#main h1');
    if (heading && !document.activeElement?.closest?.('.search')) {
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    }
    say(name);
  }, [path.value, Boolean(module)]);
  if (error) return html`<div class="empty" role="alert"><h1>${words.failed}</h1><p>${error.message}</p><button class="button is-main" onClick=${() => (tick.value += 1)}>${words.again}</button></div>`;
  if (!module) return null;
  const Shown = module.default;
  return html`<${Shown} key=${path.value} ...${at.parameters} />`;
}

function isCutOff() {
  const { sources, works_offline: isChosen } = status.value || {};
  const servers = (sources || []).filter((one) => one.type === 'server');
  return isChosen || (servers.length > 0 && servers.every((one) => !one.is_online));
}

export function Frame() {
  useEffect(() => {
    if (navigator.maxTouchPoints > 0) import('./pull.js').then(({ pullToSync }) => pullToSync(document.getElementById('main')));
  }, []);
  const hasPanel = panel.value && !isNarrow.value;
  return html`
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); document.getElementById('main').focus(); }}>${words.skip}</a>
    <div class=${`app${hasPanel ? ' has-panel' : ''}`}>
      ${!isNarrow.value && html`<${Sidebar} />`}
      <main id="main" class="view" tabindex="-1"><${Later} when=${isCutOff()} load=${() => import('./offline-note.js')} /><${TopBar} />${!isConnected.value && html`<p class="note is-bad" role="status">${words.notRunning}</p>`}<div class="page"><${Screen} /></div></main>
      ${panel.value && html`<${Panel} />`}
      <${NowBar} />
      ${isNarrow.value && html`<${Tabs} />`}
    </div>
    <${Later} when=${isPlayerOpen.value} load=${() => import('../screens/now-playing.js')} />
    <${Later} when=${isHelpOpen.value} load=${() => import('./help.js')} />
    ${dialogs.value.map((Dialogs) => html`<${Dialogs} />`)}<${Menu} /><${Toasts} />`;
}
