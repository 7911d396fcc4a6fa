// How much room downloads take: what a person keeps, what came by itself, what is free.
import { html } from '../dom.js';
import { storage as reading, useReading } from '../state/sync.js';
import { storage as words } from '../words-sync.js';
import { Card } from './cards.js';

export function StorageCard() {
  const found = useReading(reading);
  if (!found) return null;
  const { kept_bytes: kept, automatic_bytes: automatic, limit_bytes: limit, free_bytes: disk } = found;
  const room = Math.max(limit, kept + automatic, 1);
  const free = Math.max(0, limit - kept - automatic);
  return html`<${Card} title=${words.title} hint=${words.used(kept + automatic, limit)}>
    <div class="room" role="meter" aria-label=${words.meter} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.floor(((kept + automatic) / room) * 100)}>
      <i style=${{ '--share': kept / room }}></i><i class="is-automatic" style=${{ '--share': automatic / room }}></i>
    </div>
    <ul class="legend"><li>${words.kept(kept)}</li><li class="is-automatic">${words.automatic(automatic)}</li><li class="is-free">${words.free(free)}</li></ul>
    ${disk < free && html`<p class="quiet">${words.diskShort(disk)}</p>`}
    ${free === 0 && automatic === 0 && html`<p class="quiet">${words.full}</p>`}
    <div class="actions"><a class="button is-quiet is-small" href="/settings">${words.change}</a></div>
  </${Card}>`;
}
