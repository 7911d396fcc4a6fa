// Pulled down at its top, on a phone, the page asks for a sync.
import { api } from '../api.js';
import { frame as words } from '../words.js';
import { say, trouble } from './toasts.js';

const ENOUGH = 72;

// For as long as the page is open.
export function pullToSync(main) {
  let from = null;
  const mark = document.createElement('i');
  mark.className = 'pull icon-sync';
  const draw = (by) => {
    mark.style.setProperty('--pulled', `${Math.min(by, ENOUGH) / ENOUGH}`);
    mark.classList.toggle('is-enough', by >= ENOUGH);
  };
  const begin = (event) => {
    from = main.scrollTop <= 0 && event.touches.length === 1 && !event.target.closest('.grip, input, .chips') ? event.touches[0].clientY : null;
  };
  const move = (event) => {
    if (from === null) return;
    const by = (event.touches[0].clientY - from) / 2;
    if (by <= 4 || main.scrollTop > 0) {
      mark.remove();
      return;
    }
    if (!mark.isConnected) main.prepend(mark);
    draw(by);
  };
  const end = () => {
    const isEnough = mark.isConnected && mark.classList.contains('is-enough');
    mark.remove();
    from = null;
    if (!isEnough) return;
    say(words.syncing);
    api.post('/api/sync', {}).catch(trouble);
  };
  const handlers = { touchstart: begin, touchmove: move, touchend: end, touchcancel: end };
  for (const [name, handler] of Object.entries(handlers)) main.addEventListener(name, handler, { passive: true });
}
