//! Playlists and what is in them.

use serde_json::{Value, json};

use super::wire::{Reply, Request, only, page};
use super::world::World;

pub struct Playlist {
    pub id: String,
    channel: usize,
    pub title: String,
    pub privacy: String,
    /// Ids of the items and of their videos, in order. A video may be in it twice.
    pub items: Vec<(String, String)>,
}

impl Playlist {
    fn resource(&self, channel: &str) -> Value {
        json!({
            "kind": "youtube#playlist",
            "etag": "e",
            "id": self.id,
            "snippet": { "channelId": channel, "title": self.title, "description": "" },
            "status": { "privacyStatus": self.privacy },
        })
    }

    fn item(&self, position: usize) -> Value {
        let (id, video) = &self.items[position];
        json!({
            "kind": "youtube#playlistItem",
            "etag": "e",
            "id": id,
            "snippet": {
                "playlistId": self.id,
                "position": position,
                "resourceId": { "kind": "youtube#video", "videoId": video },
            },
        })
    }
}

impl World {
    pub fn playlists(&self) -> &[Playlist] {
        &self.playlists
    }

    pub(super) fn insert_playlist(&mut self, channel: usize, asked: &Request) -> Result<Reply, Reply> {
        let json = asked.json();
        let title = json["snippet"]["title"].as_str().unwrap_or_default();
        if title.trim().is_empty() || title.chars().count() > 150 || title.contains(['<', '>']) {
            return Err(Reply::refused(400, "invalidPlaylistSnippet"));
        }
        let playlist = Playlist {
            id: format!("PL{:016}", self.number()),
            channel,
            title: title.to_owned(),
            privacy: json["status"]["privacyStatus"].as_str().unwrap_or("public").to_owned(),
            items: Vec::new(),
        };
        let reply = Reply::ok(only(&asked.parts(), playlist.resource(&self.channels[channel].id)));
        self.playlists.push(playlist);
        Ok(reply)
    }

    pub(super) fn list_playlists(&self, channel: usize, asked: &Request) -> Result<Reply, Reply> {
        if asked.parameter("mine") != Some("true") {
            return Err(Reply::refused(400, "missingRequiredParameter"));
        }
        let own = self.playlists.iter().rev().filter(|it| it.channel == channel);
        Ok(page(asked, "playlist", own.map(|it| it.resource(&self.channels[channel].id)).collect()))
    }

    pub(super) fn insert_item(&mut self, channel: usize, asked: &Request) -> Result<Reply, Reply> {
        let json = asked.json();
        let resource = &json["snippet"]["resourceId"];
        if resource["kind"] != "youtube#video" {
            return Err(Reply::refused(400, "invalidResourceType"));
        }
        let video = resource["videoId"].as_str().unwrap_or_default().to_owned();
        if !self.shows.iter().any(|show| show.id == video) {
            return Err(Reply::refused(404, "videoNotFound"));
        }
        let id = format!("PI{:016}", self.number());
        let wanted = json["snippet"]["playlistId"].as_str().unwrap_or_default();
        let own = self.playlists.iter_mut().find(|it| it.channel == channel && it.id == wanted);
        let playlist = own.ok_or_else(|| Reply::refused(404, "playlistNotFound"))?;
        playlist.items.push((id, video));
        Ok(Reply::ok(only(&asked.parts(), playlist.item(playlist.items.len() - 1))))
    }

    pub(super) fn list_items(&self, channel: usize, asked: &Request) -> Result<Reply, Reply> {
        let wanted = asked.parameter("playlistId").unwrap_or_default();
        let own = self.playlists.iter().find(|it| it.channel == channel && it.id == wanted);
        let playlist = own.ok_or_else(|| Reply::refused(404, "playlistNotFound"))?;
        let rows = (0..playlist.items.len()).map(|position| playlist.item(position)).collect();
        Ok(page(asked, "playlistItem", rows))
    }
}
