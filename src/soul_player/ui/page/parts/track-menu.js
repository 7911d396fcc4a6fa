// What can be done with a recording, the same in every list.
import { go } from '../router.js';
import { playNext, playTracks } from '../sound/player.js';
import { downloadTracks, keepTracks, removeDownloads } from '../state/downloads.js';
import { playlists } from '../state/live.js';
import { isOffline, setFavourite } from '../state/tracks.js';
import { panel } from '../state/window.js';
import { actions, frame } from '../words.js';
import { openMenu } from './menu.js';
import { addToPlaylist, askForPlaylist } from './asking.js';
import { trouble } from './toasts.js';

export function playlistItems(ids) {
  return [
    { label: frame.newPlaylist, icon: 'plus', run: () => askForPlaylist(ids) },
    ...(playlists.value.playlists.length ? [null] : []),
    ...playlists.value.playlists.map((one) => ({ label: one.name, icon: 'list', run: () => addToPlaylist(one, ids) })),
  ];
}

export function trackItems(row) {
  const canFetch = !isOffline(row) && !row.download;
  return [
    { label: actions.play, icon: 'play', run: () => playTracks([row.id]) },
    { label: actions.playNext, icon: 'queue', run: () => playNext([row.id]) },
    { label: actions.addToQueue, icon: 'plus', run: () => playNext([row.id], { last: true }) },
    { label: actions.addToPlaylist, icon: 'list', items: playlistItems([row.id]) },
    null,
    row.album_key && { label: actions.goToAlbum, icon: 'disc', run: () => go(`/albums/${row.album_key}`) },
    row.artist_key && { label: actions.goToArtist, icon: 'person', run: () => go(`/artists/${row.artist_key}`) },
    canFetch && { label: actions.download, icon: 'down', run: () => downloadTracks([row.id]).catch(trouble) },
    row.status === 'cached' && { label: actions.keep, icon: 'check', run: () => keepTracks([row.id]).catch(trouble) },
    row.status === 'cached' && { label: actions.removeDownload, icon: 'trash', run: () => removeDownloads([row.id]).catch(trouble) },
    { label: actions.favourite('').trim(), icon: row.is_favourite ? 'heart-full' : 'heart', run: () => setFavourite(row).catch(trouble) },
    { label: actions.details, icon: 'info', run: () => (panel.value = { kind: 'details', id: row.id }) },
  ].filter((item) => item === null || item);
}

export function trackMenu(anchor, row, more, event) {
  openMenu(anchor, more?.length ? [...trackItems(row), null, ...more] : trackItems(row), event, actions.more(row.title));
}
