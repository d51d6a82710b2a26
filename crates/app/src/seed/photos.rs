//! Pictures for the demo's evidence, drawn here: a hall, rows of people, a screen. Nobody is in them.

use image::{ImageFormat, Rgb, RgbImage};
use store::{RecordId, Tx};

use super::chance::Chance;
use super::people::Site;
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::activities;
use crate::web::form::Upload;

const WIDTH: u32 = 640;
const HEIGHT: u32 = 420;

/// Adds a picture to an activity of a site.
pub async fn add(tx: &mut Tx, app: &App, chance: &mut Chance, site: &Site, to: RecordId) -> Result<()> {
    let upload = Upload { field: "photo".into(), name: "anh-minh-hoa.png".into(), bytes: draw(chance)? };
    let (kept, _) = activities::keep_evidence(app, vec![upload]).await?;
    activities::insert_evidence(tx, app, site.officer, site.place.unit, to, &kept).await?;
    Ok(())
}

fn draw(chance: &mut Chance) -> Result<Vec<u8>> {
    let shade = |n: i64| u8::try_from(n.clamp(0, 255)).unwrap_or(0);
    let wall = [chance.between(190, 230), chance.between(200, 225), chance.between(180, 215)].map(shade);
    let mut picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let is_screen = (220..420).contains(&x) && (40..140).contains(&y);
        if is_screen {
            Rgb([11, 110, 95])
        } else if y > 150 {
            Rgb([150, 120, 90])
        } else {
            Rgb(wall)
        }
    });
    for row in 0..4_u32 {
        for seat in 0..12_u32 {
            if chance.percent(12) {
                continue;
            }
            let coat = [chance.between(40, 200), chance.between(40, 200), chance.between(60, 220)].map(shade);
            let radius = 12 + row * 3;
            disc(&mut picture, 40 + seat * 51 + row * 7, 190 + row * 62, radius, coat);
            disc(&mut picture, 40 + seat * 51 + row * 7, 172 + row * 62, radius * 2 / 3, [224, 178, 140]);
        }
    }
    let mut bytes = Vec::new();
    picture
        .write_to(&mut std::io::Cursor::new(&mut bytes), ImageFormat::Png)
        .map_err(|e| Error::Internal(e.into()))?;
    Ok(bytes)
}

fn disc(picture: &mut RgbImage, x: u32, y: u32, radius: u32, colour: [u8; 3]) {
    for dy in 0..=2 * radius {
        for dx in 0..=2 * radius {
            let (ox, oy) = (dx.abs_diff(radius), dy.abs_diff(radius));
            let at = (x + dx, y + dy);
            if ox * ox + oy * oy <= radius * radius && at.0 >= radius && at.1 >= radius {
                let (px, py) = (at.0 - radius, at.1 - radius);
                if px < WIDTH && py < HEIGHT {
                    picture.put_pixel(px, py, Rgb(colour));
                }
            }
        }
    }
}
