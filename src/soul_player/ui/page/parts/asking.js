// Asking about playlists from anywhere: the dialogs themselves are loaded when the first one is opened.
import { api } from '../api.js';
import { signal } from '../dom.js';
import { go } from '../router.js';
import { readPlaylists } from '../state/live.js';
import { hostDialogs } from '../state/window.js';
import { actions } from '../words.js';
import { toast, trouble } from './toasts.js';

export const asking = signal(null);
let isLoaded = false;

function ask(what) {
  asking.value = what;
  if (isLoaded) return;
  isLoaded = true;
  import('./playlist-dialogs.js').then(({ PlaylistDialogs }) => hostDialogs(PlaylistDialogs), (error) => {
    isLoaded = false;
    trouble(error);
  });
}

export const askForPlaylist = (ids = [], name = '') => ask({ kind: 'new', ids, name });
export const askForName = (playlist) => ask({ kind: 'rename', playlist });
export const askToDelete = (playlist) => ask({ kind: 'delete', playlist });

export async function addToPlaylist(playlist, ids) {
  try {
    await api.post(`/api/playlists/${playlist.id}/entries`, { track_ids: ids });
    readPlaylists();
    toast(actions.added(ids.length, playlist.name), { label: actions.all(playlist.entries + ids.length), run: () => go(`/playlists/${playlist.id}`) });
  } catch (error) {
    trouble(error);
  }
}
