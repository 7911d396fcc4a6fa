// Where the page is: the path of its address, and the screen that the table of routes names for it.
import { computed, signal } from './dom.js';
import { routes } from './routes.js';

const NOWHERE = { screen: () => import('./screens/nowhere.js'), name: 'nowhere' };
const scrolled = new Map();

export const path = signal(location.pathname);
export const query = signal(new URLSearchParams(location.search));
export const place = computed(() => match(path.value));

let entry = 0;
let isBack = false;

function match(at) {
  for (const route of routes) {
    const found = route.pattern.exec(at);
    if (found) return { ...route, parameters: found.groups || {} };
  }
  return { ...NOWHERE, parameters: {} };
}

function read() {
  path.value = location.pathname;
  query.value = new URLSearchParams(location.search);
}

export function go(to, { replace = false } = {}) {
  if (to === location.pathname + location.search) return;
  rememberScroll();
  isBack = false;
  if (replace) history.replaceState({ entry }, '', to);
  else history.pushState({ entry: ++entry }, '', to);
  read();
}

// Search is typed: the address follows without a step back for each letter.
export function replaceQuery(values) {
  const next = new URLSearchParams(values);
  history.replaceState(history.state, '', `${location.pathname}${next.size ? `?${next}` : ''}`);
  query.value = next;
}

export const scroller = () => document.getElementById('main');

function rememberScroll() {
  const main = scroller();
  if (main) scrolled.set(history.state?.entry ?? 0, main.scrollTop);
}

// Once a screen has drawn itself: the top of a new one, the old place of one that was come back to.
export function restoreScroll() {
  const main = scroller();
  if (main) main.scrollTop = isBack ? (scrolled.get(history.state?.entry ?? 0) ?? 0) : 0;
}

export function startRouter() {
  history.scrollRestoration = 'manual';
  entry = history.state?.entry ?? 0;
  history.replaceState({ entry }, '');
  addEventListener('popstate', () => {
    isBack = true;
    read();
  });
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href^="/"]');
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !isPlain || link.target || link.hasAttribute('download') || event.defaultPrevented) return;
    event.preventDefault();
    go(link.getAttribute('href'));
  });
  document.addEventListener('scroll', rememberSoon, { capture: true, passive: true });
}

let timer = 0;
function rememberSoon(event) {
  if (event.target !== scroller()) return;
  clearTimeout(timer);
  timer = setTimeout(rememberScroll, 100);
}
