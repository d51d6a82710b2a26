//! Evidence: photos and scans. What a file is, is read from its content; a photo is made small and drawn anew,
//! so that nothing of the camera's notes (place, time, device) is kept; a PDF is kept as it is.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use image::{DynamicImage, ImageDecoder as _, ImageFormat};
use serde::Deserialize;
use store::{Db, Id, RecordId, Tx, sql};

use super::activity;
use crate::access::Act;
use crate::app::App;
use crate::audit;
use crate::error::{Error, FieldProblem, Result};
use crate::files::Kept;
use crate::foreign;
use crate::web::Signed;
use crate::web::form::{Form, Problems, Upload};

/// Largest photo or scan as sent.
pub const LARGEST_BYTES: usize = 12 << 20;
/// Most files of one activity.
pub const MOST: usize = 20;
/// Longer side of a kept photo, and of its small copy.
const SIDE: u32 = 1600;
const SMALL_SIDE: u32 = 320;
/// Memory of a photo while it is read: a small file may claim a huge picture.
const READ_BYTES: u64 = 256 << 20;

/// A million points.
const MEGAPIXEL: u64 = 1_000_000;

/// Photos are drawn two at a time: each may take hundreds of megabytes.
static DRAWING: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);

/// What of an upload is kept.
struct Drawn {
    bytes: Vec<u8>,
    small: Option<Vec<u8>>,
    kind: &'static str,
}

/// Reads an upload by its content; a photo of at most so many megapixels. The error is the key of a sentence.
fn draw(bytes: Vec<u8>, megapixels: u32) -> Result<Drawn, &'static str> {
    if bytes.len() > LARGEST_BYTES {
        return Err("activities-error-photo-large");
    }
    if bytes.get(..1024).unwrap_or(&bytes).windows(5).any(|w| w == b"%PDF-") {
        return Ok(Drawn { bytes, small: None, kind: "application/pdf" });
    }
    let format = image::guess_format(&bytes).map_err(|_| "activities-error-photo-kind")?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err("activities-error-photo-kind");
    }
    const BROKEN: &str = "activities-error-photo-broken";
    let mut reader = image::ImageReader::with_format(std::io::Cursor::new(bytes), format);
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(READ_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| BROKEN)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > u64::from(megapixels) * MEGAPIXEL {
        return Err("activities-error-photo-pixels");
    }
    let orientation = decoder.orientation().map_err(|_| BROKEN)?;
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| BROKEN)?;
    let mut kept = shrink(picture, SIDE);
    // The camera's note of how it was held goes with the other notes: turn the picture itself.
    kept.apply_orientation(orientation);
    let jpeg = |picture: &DynamicImage, quality: u8| -> Result<Vec<u8>, &'static str> {
        let mut out = Vec::new();
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, quality)
            .encode_image(&on_white(picture))
            .map_err(|_| BROKEN)?;
        Ok(out)
    };
    let bytes = jpeg(&kept, 82)?;
    let small = jpeg(&shrink(kept, SMALL_SIDE), 75)?;
    Ok(Drawn { bytes, small: Some(small), kind: "image/jpeg" })
}

/// A picture whose longer side is at most `side`.
fn shrink(picture: DynamicImage, side: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= side {
        return picture;
    }
    // A large picture is first made small roughly: what is fine in it would be lost all the same.
    let rough = match picture.width().max(picture.height()) > 3 * side {
        true => picture.thumbnail(2 * side, 2 * side),
        false => picture,
    };
    rough.resize(side, side, image::imageops::FilterType::Triangle)
}

/// JPEG knows no transparency: what was transparent becomes white.
fn on_white(picture: &DynamicImage) -> image::RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let mut white = image::RgbaImage::from_pixel(picture.width(), picture.height(), image::Rgba([255; 4]));
    image::imageops::overlay(&mut white, &picture.to_rgba8(), 0, 0);
    DynamicImage::ImageRgba8(white).to_rgb8()
}

/// Keeps the uploads of a form's field `photo`; bad files become problems, good ones are kept all the same.
pub async fn keep(app: &App, uploads: Vec<Upload>) -> Result<(Vec<Kept>, Vec<FieldProblem>)> {
    let (mut kept, mut problems) = (Vec::new(), Vec::new());
    for upload in uploads.into_iter().filter(|u| u.field == "photo") {
        let name: String = viet::clean(&upload.name).chars().take(120).collect();
        if kept.len() == MOST {
            problems.push(too_many());
            break;
        }
        let permit = DRAWING.acquire().await.map_err(|e| Error::Internal(e.into()))?;
        let megapixels = app.config.photo_megapixels;
        let drawn = foreign::read(move || draw(upload.bytes, megapixels)).await?;
        drop(permit);
        match drawn.unwrap_or(Err("activities-error-photo-broken")) {
            Err(key) => problems.push(FieldProblem { field: "photo", key, value: name }),
            Ok(drawn) => {
                let thumbnail = match drawn.small {
                    Some(small) => Some(app.files.keep(small).await?),
                    None => None,
                };
                let bytes = drawn.bytes.len() as i64;
                let file = app.files.keep(drawn.bytes).await?;
                kept.push(Kept { file, thumbnail, name, kind: drawn.kind.to_owned(), bytes });
            }
        }
    }
    Ok((kept, problems))
}

store::record! {
    /// A photo or scan of an activity.
    #[derive(Debug, Clone)]
    pub struct Evidence {
        pub id: Id,
        pub file: String,
        pub thumbnail: Option<String>,
        pub name: String,
        pub kind: String,
        pub bytes: i64,
        pub created_by: Option<Id>,
        pub created_at: jiff::Timestamp,
        pub withdrawn_at: Option<jiff::Timestamp>,
        pub withdrawn_by: Option<Id>,
        pub withdrawn_reason: Option<String>,
    }
}

/// An activity's evidence, oldest first, what was taken off too: a figure of a report may rest on it.
pub async fn list(db: &Db, activity: RecordId) -> Result<Vec<Evidence>> {
    Ok(sql!(
        "SELECT id, file, thumbnail, name, kind, bytes, created_by, created_at, withdrawn_at, withdrawn_by, withdrawn_reason
         FROM activity_evidence WHERE shard_id = $1 AND activity_id = $2 ORDER BY created_at, id",
        activity.shard,
        activity.id
    )
    .all(db)
    .await?)
}

/// Adds kept files to an activity at a unit that is not withdrawn, [`MOST`] in all; how many found room.
pub async fn insert(
    tx: &mut Tx,
    app: &App,
    account: Id,
    unit: Id,
    activity: RecordId,
    kept: &[Kept],
) -> Result<usize> {
    if kept.is_empty() {
        return Ok(0);
    }
    // Whoever adds at the same moment waits here, and then counts these too.
    let held = sql!(
        "UPDATE activities SET version = version WHERE shard_id = $1 AND id = $2 AND state = 'recorded'",
        activity.shard,
        activity.id
    )
    .run(&mut *tx)
    .await?;
    if held == 0 {
        return Err(Error::Conflict("activities-withdrawn-already"));
    }
    let (before,): (i64,) = sql!(
        "SELECT COUNT(*) FROM activity_evidence WHERE shard_id = $1 AND activity_id = $2 AND withdrawn_at IS NULL",
        activity.shard,
        activity.id
    )
    .get(&mut *tx)
    .await?;
    let room = MOST.saturating_sub(usize::try_from(before).unwrap_or(MOST)).min(kept.len());
    for k in kept.iter().take(room) {
        let id = app.new_id();
        sql!(
            "INSERT INTO activity_evidence (shard_id, id, activity_id, file, thumbnail, name, kind, bytes, created_by,
                                            created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            activity.shard,
            id,
            activity.id,
            k.file,
            k.thumbnail,
            k.name,
            k.kind,
            k.bytes,
            account,
            app.now()
        )
        .run(tx)
        .await?;
        write_audit(tx, app, account, unit, activity, "add-evidence", &k.file).await?;
    }
    Ok(room)
}

pub fn too_many() -> FieldProblem {
    FieldProblem { field: "photo", key: "activities-error-photo-many", value: MOST.to_string() }
}

async fn write_audit(
    tx: &mut Tx,
    app: &App,
    account: Id,
    unit: Id,
    activity: RecordId,
    act: &str,
    file: &str,
) -> Result<()> {
    let entry = audit::Entry {
        unit,
        shard: activity.shard,
        at: app.now(),
        account: Some(account),
        act,
        object_kind: "activity",
        object_id: activity.to_string(),
        content: file.as_bytes(),
    };
    audit::write(tx, &entry).await
}

async fn get(db: &Db, activity: RecordId, id: Id) -> Result<Evidence> {
    Ok(sql!(
        "SELECT id, file, thumbnail, name, kind, bytes, created_by, created_at, withdrawn_at, withdrawn_by, withdrawn_reason
         FROM activity_evidence WHERE shard_id = $1 AND activity_id = $2 AND id = $3",
        activity.shard,
        activity.id,
        id
    )
    .get(db)
    .await?)
}

/// `POST /hoat-dong/{id}/minh-chung`
pub async fn add(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let activity = activity::get(&app.db, id.parse()?).await?;
    signed.require(Act::RecordActivity, activity.content.unit)?;
    if activity.withdrawn.is_some() {
        return Err(Error::Conflict("activities-withdrawn-already"));
    }
    let (kept, mut problems) = keep(app, form.files).await?;
    if kept.is_empty() && problems.is_empty() {
        problems.push(FieldProblem {
            field: "photo",
            key: "activities-error-photo-none",
            value: String::new(),
        });
    }
    let mut tx = app.db.begin().await?;
    let added = insert(&mut tx, app, signed.actor.account, activity.content.unit, activity.id, &kept).await?;
    tx.commit().await?;
    if added < kept.len() {
        problems.push(too_many());
    }
    if problems.is_empty() {
        return Ok(signed.redirect(&format!("/hoat-dong/{}", activity.id)));
    }
    let page = super::show::page(&signed, &activity, problems).await?;
    crate::page::show_again(&page)
}

#[derive(Deserialize)]
pub struct Size {
    /// Present: the small copy.
    nho: Option<String>,
}

/// `GET /hoat-dong/{id}/minh-chung/{file}`: only for who may see the activity.
pub async fn open(
    signed: Signed,
    Path((id, evidence)): Path<(String, String)>,
    axum::extract::Query(size): axum::extract::Query<Size>,
) -> Result<Response> {
    let app = &signed.app;
    let activity = activity::get(&app.db, id.parse()?).await?;
    signed.require(Act::See, activity.content.unit)?;
    let evidence = get(&app.db, activity.id, evidence.parse()?).await?;
    let small = evidence.thumbnail.filter(|_| size.nho.is_some());
    let bytes = app.files.read(small.as_ref().unwrap_or(&evidence.file)).await?;
    // A scan opens in its own program: inside our pages nothing of it may run.
    let place = if evidence.kind == "application/pdf" { "attachment" } else { "inline" };
    let ending = if evidence.kind == "application/pdf" { "pdf" } else { "jpg" };
    let place = format!("{place}; filename=\"minh-chung-{}.{ending}\"", evidence.id);
    Ok(([(header::CONTENT_TYPE, evidence.kind), (header::CONTENT_DISPOSITION, place)], bytes).into_response())
}

/// `POST /hoat-dong/{id}/minh-chung/{file}/rut`: takes a wrong file off the activity, with a reason; it stays, marked so.
pub async fn withdraw(
    signed: Signed,
    Path((id, evidence)): Path<(String, String)>,
    form: Form,
) -> Result<Response> {
    let app = &signed.app;
    let activity = activity::get(&app.db, id.parse()?).await?;
    signed.require(Act::RecordActivity, activity.content.unit)?;
    let evidence = get(&app.db, activity.id, evidence.parse()?).await?;
    let mut problems = Problems::default();
    let reason = problems.required(&form, "drop_reason", 500);
    if !problems.0.is_empty() {
        let mut page = super::show::page(&signed, &activity, problems.0).await?;
        page.dropping = Some((evidence.id, form.text("drop_reason").to_owned()));
        return crate::page::show_again(&page);
    }
    let mut tx = app.db.begin().await?;
    let taken = sql!(
        "UPDATE activity_evidence SET withdrawn_at = $3, withdrawn_by = $4, withdrawn_reason = $5
         WHERE shard_id = $1 AND id = $2 AND withdrawn_at IS NULL",
        activity.id.shard,
        evidence.id,
        app.now(),
        signed.actor.account,
        reason
    )
    .run(&mut tx)
    .await?;
    if taken == 0 {
        return Err(Error::Conflict("activities-evidence-withdrawn-already"));
    }
    let (account, unit) = (signed.actor.account, activity.content.unit);
    let said = format!("{} {reason}", evidence.file);
    write_audit(&mut tx, app, account, unit, activity.id, "withdraw-evidence", &said).await?;
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}?xong=go", super::page(activity.id))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut out = std::io::Cursor::new(Vec::new());
        let picture = image::RgbImage::from_fn(width, height, |x, _| image::Rgb([(x % 256) as u8, 90, 40]));
        DynamicImage::ImageRgb8(picture).write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    /// A JPEG with the camera's notes: turned by 90°, and a place.
    fn with_exif(jpeg: &[u8]) -> Vec<u8> {
        let tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0GPS 10.6N 106.5E";
        let length = u16::try_from(tiff.len() + 8).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, b"Exif\0\0", tiff, &jpeg[2..]].concat()
    }

    #[test]
    fn a_photo_is_made_small_turned_upright_and_rid_of_the_cameras_notes() {
        let photo = with_exif(&picture(2000, 1000, ImageFormat::Jpeg));
        assert!(photo.windows(3).any(|w| w == b"GPS"));
        let drawn = draw(photo, 50).unwrap();
        assert_eq!(drawn.kind, "image/jpeg");
        assert!(
            !drawn.bytes.windows(3).any(|w| w == b"GPS") && !drawn.bytes.windows(4).any(|w| w == b"Exif")
        );
        let kept = image::load_from_memory(&drawn.bytes).unwrap();
        assert_eq!((kept.width(), kept.height()), (800, 1600));
        let small = image::load_from_memory(&drawn.small.unwrap()).unwrap();
        assert_eq!((small.width(), small.height()), (160, 320));
    }

    #[test]
    fn what_a_file_is_is_read_from_its_content() {
        let check = |bytes: &[u8], expected: Result<&str, &str>| {
            assert_eq!(draw(bytes.to_vec(), 50).map(|d| d.kind), expected);
        };
        check(&picture(20, 10, ImageFormat::Png), Ok("image/jpeg"));
        check(&picture(20, 10, ImageFormat::WebP), Ok("image/jpeg"));
        check(b"%PDF-1.7 scan", Ok("application/pdf"));
        check(b"GIF89a......", Err("activities-error-photo-kind"));
        check(b"<svg xmlns='http://www.w3.org/2000/svg'/>", Err("activities-error-photo-kind"));
        check(b"", Err("activities-error-photo-kind"));
        check(&picture(200, 100, ImageFormat::Png)[..60], Err("activities-error-photo-broken"));
        check(&vec![0; LARGEST_BYTES + 1], Err("activities-error-photo-large"));
    }

    /// 60 bytes that claim a picture of 60,000 × 60,000 points are refused before any memory is taken.
    #[test]
    fn a_small_file_that_claims_a_huge_picture_is_refused() {
        let mut png = picture(20, 10, ImageFormat::Png);
        png[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        assert!(draw(png, 50).is_err());
    }

    #[test]
    fn a_picture_of_more_points_than_set_is_refused_before_it_is_read() {
        let png = picture(2000, 1000, ImageFormat::Png);
        assert_eq!(draw(png.clone(), 1).map(|d| d.kind), Err("activities-error-photo-pixels"));
        assert_eq!(draw(png, 2).map(|d| d.kind), Ok("image/jpeg"));
    }

    #[test]
    fn a_large_photo_keeps_its_proportions() {
        let kept = shrink(DynamicImage::new_rgb8(8_000, 2_000), SIDE);
        assert_eq!((kept.width(), kept.height()), (1600, 400));
        let kept = shrink(DynamicImage::new_rgb8(10, 20_000), SMALL_SIDE);
        assert_eq!((kept.width(), kept.height()), (1, 320));
    }
}
