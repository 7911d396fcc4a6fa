"""The routes of the library on one screen: lists, albums, artists, search, playlists, the player, audio, pictures."""

from soul_player.client import Client, PlayerQueue, PlayerState
from soul_player.edges import Clock
from soul_player.ui.api.audio import AudioQuery, AudioRoutes, Heard
from soul_player.ui.api.catalogue import (
    Albums,
    AlbumsQuery,
    Artists,
    ArtistsQuery,
    CatalogueRoutes,
    SearchQuery,
    SearchResult,
    WholeAlbum,
    WholeArtist,
)
from soul_player.ui.api.details import DetailRoutes, PictureQuery, SplitOff, SplitRequest, TrackDetails
from soul_player.ui.api.lists import (
    Counts,
    Ids,
    IdsQuery,
    ListRoutes,
    PlaceInList,
    PlaceQuery,
    Rows,
    RowsById,
    StretchQuery,
    TracksByIdQuery,
)
from soul_player.ui.api.player import (
    Counted,
    Favourite,
    History,
    HistoryQuery,
    NewPlay,
    PlayerPlace,
    PlayerRoutes,
    Rating,
)
from soul_player.ui.api.playlists import (
    AddedEntries,
    AddEntries,
    Made,
    MoveEntry,
    NewPlaylist,
    NewSmartPlaylist,
    PlaylistList,
    PlaylistRoutes,
    Rename,
    WholePlaylist,
)
from soul_player.ui.api.table import Bytes, Route
from soul_player.ui.api.tracks import TrackRoutes, TrackRows, TracksQuery


def library_routes(client: Client, clock: Clock) -> tuple[Route, ...]:
    """In the order of the documents."""
    return (*_lists(client, clock), *_playlists(client, clock), *_player(client, clock), *_one_track(client))


def _lists(client: Client, clock: Clock) -> tuple[Route, ...]:
    tracks, lists, catalogue = TrackRoutes(client, clock), ListRoutes(client, clock), CatalogueRoutes(client, clock)
    return (
        Route("GET", "/api/tracks", tracks.page, TrackRows, query=TracksQuery),
        Route("GET", "/api/counts", lists.counts, Counts),
        Route("GET", "/api/lists/tracks", lists.stretch, Rows, query=StretchQuery),
        Route("GET", "/api/lists/ids", lists.ids, Ids, query=IdsQuery),
        Route("GET", "/api/lists/place", lists.place, PlaceInList, query=PlaceQuery),
        Route("GET", "/api/lists/by-id", lists.by_id, RowsById, query=TracksByIdQuery),
        Route("GET", "/api/albums", catalogue.albums, Albums, query=AlbumsQuery),
        Route("GET", "/api/albums/{key}", catalogue.album, WholeAlbum),
        Route("GET", "/api/artists", catalogue.artists, Artists, query=ArtistsQuery),
        Route("GET", "/api/artists/{key}", catalogue.artist, WholeArtist),
        Route("GET", "/api/search", catalogue.search, SearchResult, query=SearchQuery),
    )


def _playlists(client: Client, clock: Clock) -> tuple[Route, ...]:
    playlists = PlaylistRoutes(client, clock)
    return (
        Route("GET", "/api/playlists", playlists.list, PlaylistList),
        Route("POST", "/api/playlists", playlists.create, Made, body=NewPlaylist, status=201),
        Route("GET", "/api/playlists/{playlist_id}", playlists.read, WholePlaylist),
        Route("PATCH", "/api/playlists/{playlist_id}", playlists.rename, body=Rename, status=204),
        Route("DELETE", "/api/playlists/{playlist_id}", playlists.delete, status=204),
        Route("POST", "/api/playlists/{playlist_id}/entries", playlists.add, AddedEntries, body=AddEntries, status=201),
        Route("PATCH", "/api/playlists/{playlist_id}/entries/{entry_id}", playlists.move, body=MoveEntry, status=204),
        Route("DELETE", "/api/playlists/{playlist_id}/entries/{entry_id}", playlists.remove, status=204),
        Route("POST", "/api/smart-playlists", playlists.create_smart, Made, body=NewSmartPlaylist, status=201),
        Route("PUT", "/api/smart-playlists/{playlist_id}", playlists.change_smart, body=NewSmartPlaylist, status=204),
        Route("DELETE", "/api/smart-playlists/{playlist_id}", playlists.remove_smart, status=204),
    )


def _player(client: Client, clock: Clock) -> tuple[Route, ...]:
    player = PlayerRoutes(client, clock)
    return (
        Route("GET", "/api/player", player.read, PlayerState),
        Route("PUT", "/api/player/queue", player.write_queue, body=PlayerQueue, status=204),
        Route("PUT", "/api/player/place", player.write_place, body=PlayerPlace, status=204),
        Route("GET", "/api/plays", player.history, History, query=HistoryQuery),
        Route("PUT", "/api/tracks/{track_id}/favourite", player.favourite, body=Favourite, status=204),
        Route("PUT", "/api/tracks/{track_id}/rating", player.rating, body=Rating, status=204),
        Route("POST", "/api/tracks/{track_id}/plays", player.played, Counted, body=NewPlay),
    )


def _one_track(client: Client) -> tuple[Route, ...]:
    details, audio = DetailRoutes(client), AudioRoutes(client)
    return (
        Route("GET", "/api/tracks/{track_id}", details.details, TrackDetails),
        Route("POST", "/api/tracks/{track_id}/split", details.split, SplitOff, body=SplitRequest),
        Route("GET", "/api/tracks/{track_id}/picture", details.picture, Bytes("image/*"), query=PictureQuery),
        Route("GET", "/api/tracks/{track_id}/audio", audio.audio, Bytes("audio/*"), query=AudioQuery),
        Route("GET", "/api/tracks/{track_id}/heard", audio.heard, Heard),
    )
