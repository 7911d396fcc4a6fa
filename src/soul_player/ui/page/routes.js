// Every screen of the page: its name (words.js has its title), its address, its file. A screen is drawn by its default export.

const route = (name, pattern, screen) => ({ name, pattern, screen });

export const routes = [
  route('tracks', /^\/(?:tracks)?$/, () => import('./screens/tracks.js')),
  route('albums', /^\/albums$/, () => import('./screens/albums.js')),
  route('album', /^\/albums\/(?<album>[0-9a-f]+)$/, () => import('./screens/album.js')),
  route('artists', /^\/artists$/, () => import('./screens/artists.js')),
  route('artist', /^\/artists\/(?<artist>[0-9a-f]+)$/, () => import('./screens/artist.js')),
  route('recent', /^\/recent$/, () => import('./screens/recent.js')),
  route('favourites', /^\/favourites$/, () => import('./screens/favourites.js')),
  route('playlists', /^\/playlists$/, () => import('./screens/playlists.js')),
  route('playlist', /^\/playlists\/(?<id>\d+)$/, () => import('./screens/playlist.js')),
  route('query', /^\/smart\/(?:new|(?<id>\d+)\/edit)$/, () => import('./screens/smart-edit.js')),
  route('smart', /^\/smart\/(?<id>\d+)$/, () => import('./screens/smart-playlist.js')),
  route('search', /^\/search$/, () => import('./screens/search.js')),
  route('history', /^\/history$/, () => import('./screens/history.js')),
  route('downloads', /^\/downloads$/, () => import('./screens/downloads.js')),
  route('sync', /^\/sync$/, () => import('./screens/sync.js')),
  route('source', /^\/sources\/(?<id>\d+)$/, () => import('./screens/source.js')),
  route('rule', /^\/rules\/(?:new|(?<id>\d+))$/, () => import('./screens/rule.js')),
  route('welcome', /^\/welcome$/, () => import('./screens/welcome.js')),
  route('settings', /^\/settings$/, () => import('./screens/settings.js')),
  route('more', /^\/more$/, () => import('./screens/more.js')),
];
