// The badge: how all sources are, in one word and one icon. It opens the sync page.
import { html } from '../dom.js';
import { status } from '../state/live.js';

const ICONS = { syncing: 'sync', synced: 'check', failed: 'warn', offline: 'unplug' };

export function Badge() {
  const badge = status.value?.badge;
  if (!badge) return html`<span class="badge is-offline"></span>`;
  const reason = badge.reason ? ` – ${badge.reason}` : '';
  return html`<a class=${`badge is-${badge.state} icon-${ICONS[badge.state]}`} href="/sync" title=${badge.reason || undefined} aria-label=${`${badge.label}${reason}`}><span>${badge.label}</span></a>`;
}
