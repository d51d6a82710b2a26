//! The demo's reports: the two that the command prints, some under way, and one with every mistake that stands
//! in texts and typed figures.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::date;
use store::RecordId;

use super::people::{People, Site};
use super::{AS_OF, BEN_LUC, SIGNER};
use crate::app::{App, day_of, start_of_day};
use crate::error::{Error, Result};
use crate::features::numbers::{Period, Units};
use crate::features::papers;

/// The commune whose reports have mistakes.
pub const CARELESS: &str = "Xã Mỹ Yên";

/// Mediation, which no feature counts yet, as the offices state it.
const BEN_LUC_MEDIATION: [(&str, &str); 7] = [
    ("mediation-received", "41"),
    ("mediation-mediated", "39"),
    ("mediation-successful", "36"),
    ("mediation-unsuccessful", "3"),
    ("mediation-passed-on", "1"),
    ("mediation-pending", "1"),
    ("mediation-rate", "92,31"),
];
const PROVINCE_MEDIATION: [(&str, &str); 7] = [
    ("mediation-received", "3.905"),
    ("mediation-mediated", "3.850"),
    ("mediation-successful", "3.542"),
    ("mediation-unsuccessful", "308"),
    ("mediation-passed-on", "20"),
    ("mediation-pending", "35"),
    ("mediation-rate", "92"),
];
/// Parts that do not sum, and a rate that does not follow.
const WRONG_MEDIATION: [(&str, &str); 7] = [
    ("mediation-received", "175"),
    ("mediation-mediated", "171"),
    ("mediation-successful", "146"),
    ("mediation-unsuccessful", "20"),
    ("mediation-passed-on", "25"),
    ("mediation-pending", "4"),
    ("mediation-rate", "94,42"),
];

/// A count with decimals.
const MISPRINTED: (&str, &str) = ("mediation-received", "465.00");

const DIRECTION: &str = "Ủy ban nhân dân đã ban hành kế hoạch ngay sau khi có kế hoạch của tỉnh, giao từng nhiệm vụ cho \
    một đơn vị chủ trì với thời gian và sản phẩm rõ ràng; công chức tư pháp ghi kết quả ngay sau mỗi hoạt động.";
const PROVINCE_DIRECTION: &str = "Ủy ban nhân dân tỉnh đã ban hành kế hoạch từ đầu năm; Sở Tư pháp hướng dẫn, đôn đốc \
    các sở, ngành, đoàn thể, xã và phường, ghi kết quả ngay sau mỗi hoạt động.";
const LAW_DAY: &str = "Ngày Pháp luật được hưởng ứng bằng nói chuyện chuyên đề tại các ấp, phát thanh, thi tìm hiểu \
    pháp luật và sinh hoạt của các đoàn thể; nội dung tập trung vào văn bản mới gần với đời sống người dân.";
const NO_CASES: &str = "các tổ hòa giải không tiếp nhận vụ việc nào";
/// Last year's, with last year's year left in it.
const COPIED: &str = "Trong năm 2025, công tác phổ biến, giáo dục pháp luật được triển khai đồng bộ, đúng kế hoạch, có \
    trọng tâm, trọng điểm. Các ngành, đoàn thể phối hợp chặt chẽ, nội dung phong phú, hình thức đa dạng, góp phần nâng \
    cao ý thức chấp hành của cán bộ và nhân dân, giữ vững an ninh chính trị, trật tự an toàn xã hội tại địa phương. \
    Đội ngũ làm công tác này được kiện toàn, từng bước nâng cao chất lượng, bám sát cơ sở, kịp thời nắm bắt tâm tư, \
    nguyện vọng của người dân để lựa chọn nội dung phù hợp với từng nhóm đối tượng trên địa bàn.";

async fn write(
    app: &App,
    site: &Site,
    id: RecordId,
    mediation: &[(&str, &str)],
    texts: &[(&str, &str)],
) -> Result<()> {
    let figures = mediation.iter().map(|(code, value)| (papers::figure_key(code), *value));
    let all: Vec<(String, &str)> =
        figures.chain(texts.iter().map(|(key, text)| ((*key).to_owned(), *text))).collect();
    papers::write(app, site.officer, id, &all).await
}

/// From the draft to the paper with its number.
async fn issue(app: &App, site: &Site, id: RecordId, at: Timestamp, number: &str) -> Result<()> {
    let hour = Duration::from_secs(1_800);
    app.clock.set(at + hour);
    papers::keep_proposed(app, site.officer, id).await?;
    papers::freeze(app, site.officer, id).await?;
    papers::submit(app, site.officer, id).await?;
    app.clock.set(at + 2 * hour);
    papers::approve(app, site.leader, id).await?;
    papers::issue(app, site.officer, id, number, day_of(at), (None, Some(SIGNER))).await
}

async fn begin(app: &App, site: &Site, year: i16) -> Result<RecordId> {
    papers::create(app, site.officer, site.place.unit, Period::year(year), Units::AsOn(app.today())).await
}

/// The careless commune's report of the year before.
pub async fn last_year(app: &App, people: &People) -> Result<()> {
    let at = start_of_day(date(2026, 1, 5)).ok_or(Error::NotFound)? + Duration::from_secs(9 * 3_600);
    app.clock.set(at);
    let site = people.commune(CARELESS)?;
    let id = begin(app, site, 2025).await?;
    write(app, site, id, &BEN_LUC_MEDIATION, &[("direction", COPIED), ("causes", COPIED)]).await?;
    issue(app, site, id, at, "07/BC-UBND").await
}

/// The year's reports; those with mistakes, of the year and of its first half.
pub async fn this_year(app: &App, people: &People) -> Result<(RecordId, RecordId)> {
    let at = AS_OF - Duration::from_secs(3 * 3_600);
    app.clock.set(at);
    let careless = people.commune(CARELESS)?;
    let wrong = begin(app, careless, 2026).await?;
    write(app, careless, wrong, &WRONG_MEDIATION, &[("direction", COPIED), ("causes", COPIED)]).await?;
    let half = papers::create(
        app,
        careless.officer,
        careless.place.unit,
        Period::half(2026, 1),
        Units::AsOn(app.today()),
    );
    let half = half.await?;
    write(app, careless, half, &[MISPRINTED], &[]).await?;
    for (i, site) in people.communes.iter().enumerate() {
        if [2, 9, 17, 33].contains(&i) && site.place.name != BEN_LUC && site.place.name != CARELESS {
            let id = begin(app, site, 2026).await?;
            write(app, site, id, &[], &[("direction", DIRECTION)]).await?;
            if i % 2 == 1 {
                let none = (papers::absent_key("mediation"), NO_CASES);
                papers::write(app, site.officer, id, &[none]).await?;
                papers::keep_proposed(app, site.officer, id).await?;
                papers::freeze(app, site.officer, id).await?;
                papers::submit(app, site.officer, id).await?;
            }
        }
    }
    for (site, mediation, direction, number) in [
        (people.commune(BEN_LUC)?, &BEN_LUC_MEDIATION, DIRECTION, "215/BC-UBND"),
        (&people.province, &PROVINCE_MEDIATION, PROVINCE_DIRECTION, "418/BC-STP"),
    ] {
        let id = begin(app, site, 2026).await?;
        write(app, site, id, mediation, &[("direction", direction), ("law-day", LAW_DAY)]).await?;
        issue(app, site, id, at, number).await?;
        app.clock.set(at);
    }
    Ok((wrong, half))
}
