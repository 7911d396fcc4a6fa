// What is done to rules and saved queries from several screens: saving with what keeps them here, deleting with a way back.
import { api } from '../api.js';
import { toast, trouble } from '../parts/toasts.js';
import { rules as words } from '../words-rules.js';
import { readPlaylists } from './live.js';
import { rules } from './sync.js';

export const ruleBody = ({ name, query }, keep) => ({ name, query, is_on: keep.is_on, weight: keep.weight, quality: keep.quality, ...(keep.budget_bytes ? { budget_bytes: keep.budget_bytes } : {}) });
export const keepsOf = (rule) => ({ is_on: rule.is_live, budget_bytes: rule.budget_bytes, quality: rule.quality, weight: rule.weight });

// The rule that keeps a saved query here: the one that says the same, best by its own name.
export function ruleOf(known, playlist) {
  const same = known.filter((rule) => rule.kind === 'own' && rule.query === playlist.query);
  return same.find((rule) => rule.name === playlist.name) || same[0];
}

const undo = (run) => ({ label: words.undo, run: () => run().catch(trouble) });

async function makeRule(rule) {
  await api.post('/api/rules', ruleBody(rule, keepsOf(rule)));
  rules.read();
}

export async function deleteRule(rule) {
  await api.delete(`/api/rules/${rule.id}`);
  rules.read();
  toast(words.deleted(rule.name), undo(() => makeRule(rule)));
}

// What keeps it here by the same name goes with it, and comes back with it.
export async function deleteSmart(playlist) {
  const rule = ruleOf((await api.get('/api/rules')).rules, playlist);
  const hasRule = rule?.name === playlist.name;
  await api.delete(`/api/smart-playlists/${playlist.id}`);
  if (hasRule) await api.delete(`/api/rules/${rule.id}`);
  const after = () => {
    readPlaylists();
    rules.read();
  };
  after();
  toast(words.deleted(playlist.name), undo(async () => {
    const { name, query, order } = playlist;
    await api.post('/api/smart-playlists', { name, query, order });
    if (hasRule) await makeRule(rule);
    after();
  }));
}
