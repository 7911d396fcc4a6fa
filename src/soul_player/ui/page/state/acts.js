// What screens about sources do, in one place: syncs by hand, offline, taking answers back.
import { api } from '../api.js';
import { toast, trouble } from '../parts/toasts.js';
import { decisions, settings } from '../words-sync.js';
import { readStatus } from './live.js';
import { questions } from './sync.js';

export const syncSource = (id) => api.post('/api/sync', { source_ids: [id] });

export async function workOffline(on) {
  await api.put('/api/offline', { on });
  readStatus();
  toast(on ? settings.offlineOn : settings.offlineOff, undefined, { icon: on ? 'unplug' : 'check' });
}

// An answer, with the way back: to one question, or the same to several.
export async function answer(asked, body) {
  const given = [];
  try {
    for (const question of [asked].flat()) given.push((await api.post(`/api/questions/${question.id}/answer`, body)).question_id);
  } finally {
    questions.read();
    readStatus();
    if (given.length) toast(decisions.done(given.length), { label: decisions.undo, run: () => takeBack(given) });
  }
}

async function takeBack(ids) {
  try {
    for (const id of ids) await api.delete(`/api/questions/${id}/answer`);
    toast(decisions.undone);
  } catch (error) {
    trouble(error);
  }
  questions.read();
  readStatus();
}
