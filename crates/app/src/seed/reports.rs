//! The demo's reports: the two that the command prints, some under way, and one with every mistake that stands
//! in texts and typed figures.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::date;
use store::RecordId;

use super::chance::Chance;
use super::people::{People, Site};
use super::{AS_OF, BEN_LUC, SIGNER, Tell, Told};
use crate::app::{App, day_of, start_of_day};
use crate::error::{Error, Result};
use crate::features::activities::{self, Content};
use crate::features::numbers::{Period, Units};
use crate::features::papers;

/// The commune whose reports have mistakes.
pub const CARELESS: &str = "Xã Mỹ Yên";

/// Mediation, which no feature counts yet, as the offices state it.
const BEN_LUC_MEDIATION: [(&str, &str); 6] = [
    ("mediation-received", "41"),
    ("mediation-mediated", "39"),
    ("mediation-successful", "36"),
    ("mediation-unsuccessful", "3"),
    ("mediation-passed-on", "1"),
    ("mediation-pending", "1"),
];
/// Parts that do not sum.
const WRONG_MEDIATION: [(&str, &str); 6] = [
    ("mediation-received", "175"),
    ("mediation-mediated", "171"),
    ("mediation-successful", "146"),
    ("mediation-unsuccessful", "20"),
    ("mediation-passed-on", "25"),
    ("mediation-pending", "4"),
];

/// A percentage that does not follow.
const WRONG_RATE: &str = "Các tổ hòa giải hoạt động đều; hòa giải thành 146/171 vụ việc, đạt 94,42%.";

/// A count with decimals.
const MISPRINTED: (&str, &str) = ("mediation-received", "465.00");

const DIRECTION: &str = "Ủy ban nhân dân đã ban hành kế hoạch ngay sau khi có kế hoạch của tỉnh, giao từng nhiệm vụ cho \
    một đơn vị chủ trì với thời gian và sản phẩm rõ ràng; công chức tư pháp ghi kết quả ngay sau mỗi hoạt động.";
const PROVINCE_DIRECTION: &str = "Ủy ban nhân dân tỉnh đã ban hành kế hoạch từ đầu năm; Sở Tư pháp hướng dẫn, đôn đốc \
    các sở, ngành, đoàn thể, xã và phường, ghi kết quả ngay sau mỗi hoạt động.";
const LAW_DAY: &str = "Ngày Pháp luật được hưởng ứng bằng nói chuyện chuyên đề tại các ấp, phát thanh, thi tìm hiểu \
    pháp luật và sinh hoạt của các đoàn thể; nội dung tập trung vào văn bản mới gần với đời sống người dân.";
/// Why a figure that is asked about stands.
const LOOKED_AT: &str = "đã đối chiếu với sổ theo dõi và danh sách của từng cuộc; con số đúng";
const GROWN: &str = "sổ của các đơn vị cũ trong 6 tháng đầu năm trước nhập chưa đủ khi sắp xếp; số năm nay đã đối chiếu \
    với từng dòng";
/// Where the figures of mediation come from.
const SOURCE: &str = "sổ theo dõi và báo cáo của các tổ hòa giải";
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
    let source = (!mediation.is_empty()).then(|| (papers::source_key("mediation"), SOURCE));
    let all: Vec<(String, &str)> =
        figures.chain(source).chain(texts.iter().map(|(key, text)| ((*key).to_owned(), *text))).collect();
    papers::write(app, site.officer, id, &all).await
}

/// From the draft to the paper with its number.
async fn issue(app: &App, site: &Site, id: RecordId, at: Timestamp, number: &str) -> Result<()> {
    let hour = Duration::from_secs(1_800);
    app.clock.set(at + hour);
    freeze(app, site, id).await?;
    app.clock.set(at + 2 * hour);
    papers::approve(app, site.leader, id).await?;
    papers::issue(app, site.officer, id, number, day_of(at), (None, Some(SIGNER))).await
}

/// Looks at every proposed text and at every figure that is asked about, freezes and submits.
async fn freeze(app: &App, site: &Site, id: RecordId) -> Result<()> {
    papers::keep_proposed(app, site.officer, id).await?;
    for flag in papers::open_flags(app, id).await? {
        let reason = if flag.finding.check == "growth" { GROWN } else { LOOKED_AT };
        papers::answer(app, site.officer, id, &flag, reason).await?;
    }
    papers::freeze(app, site.officer, id).await?;
    papers::submit(app, site.officer, id).await
}

/// What a commune's mediation groups did in a year.
fn mediation(chance: &mut Chance) -> [i64; 6] {
    let received = chance.skewed(36.0, 0.4, 8, 110);
    let (passed_on, pending) = (received * chance.between(0, 4) / 100, received * chance.between(0, 5) / 100);
    let mediated = received - passed_on - pending;
    let unsuccessful = mediated * chance.between(4, 16) / 100;
    [received, mediated, mediated - unsuccessful, unsuccessful, passed_on, pending]
}
const MEDIATION: [&str; 6] = [
    "mediation-received",
    "mediation-mediated",
    "mediation-successful",
    "mediation-unsuccessful",
    "mediation-passed-on",
    "mediation-pending",
];

/// A commune without mediation, by its place in the list.
const NO_MEDIATION: u64 = 9;

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
    issue(app, site, id, at, "07").await
}

/// The year's reports: most communes have issued theirs when the province issues its own; those with mistakes, of
/// the year and of its first half.
pub async fn this_year(
    app: &App,
    chance: &mut Chance,
    people: &People,
    tell: &Tell<'_>,
) -> Result<(RecordId, RecordId)> {
    let friday = start_of_day(date(2026, 11, 20)).ok_or(Error::NotFound)? + Duration::from_secs(8 * 3_600);
    app.clock.set(friday);
    let careless = people.commune(CARELESS)?;
    let wrong = begin(app, careless, 2026).await?;
    let texts = [("direction", COPIED), ("causes", COPIED)];
    write(app, careless, wrong, &WRONG_MEDIATION, &texts).await?;
    let (unit, now) = (careless.place.unit, Units::AsOn(app.today()));
    let half = papers::create(app, careless.officer, unit, Period::half(2026, 1), now).await?;
    write(app, careless, half, &[MISPRINTED], &[("strengths", WRONG_RATE)]).await?;
    for (i, site) in (0_u64..).zip(&people.communes) {
        tell(Told::Step);
        // Two have not begun, as with their plans; some are written, some wait for their leader.
        if [12, 71].contains(&i) || site.place.name == CARELESS {
            continue;
        }
        let at = friday + Duration::from_secs(120 * i);
        app.clock.set(at);
        let id = begin(app, site, 2026).await?;
        let is_ben_luc = site.place.name == BEN_LUC;
        let figures = mediation(chance);
        let said = figures.map(viet::format_int);
        let drawn: Vec<(&str, &str)> = MEDIATION.into_iter().zip(said.iter().map(String::as_str)).collect();
        let stated = match i {
            _ if is_ben_luc => BEN_LUC_MEDIATION.as_slice(),
            NO_MEDIATION => &[],
            _ => drawn.as_slice(),
        };
        write(app, site, id, stated, &[("direction", DIRECTION), ("law-day", LAW_DAY)]).await?;
        match i {
            2 | 33 if !is_ben_luc => {}
            NO_MEDIATION if !is_ben_luc => {
                papers::write(app, site.officer, id, &[(papers::absent_key("mediation"), NO_CASES)]).await?;
                freeze(app, site, id).await?;
            }
            17 if !is_ben_luc => freeze(app, site, id).await?,
            _ => {
                let number = if is_ben_luc { 215 } else { 90 + (i * 37) % 160 };
                issue(app, site, id, at, &number.to_string()).await?;
            }
        }
    }
    later(app, people.commune(BEN_LUC)?, friday + Duration::from_secs(25 * 3_600)).await?;

    let at = AS_OF - Duration::from_secs(3 * 3_600);
    app.clock.set(at);
    let province = &people.province;
    let id = begin(app, province, 2026).await?;
    write(app, province, id, &[], &[("direction", PROVINCE_DIRECTION), ("law-day", LAW_DAY)]).await?;
    papers::take_sums(app, province.officer, id).await?;
    issue(app, province, id, at, "418").await?;
    // After the province's, too, somebody records something: the papers stay, and list it.
    let site = people.communes.iter().find(|c| c.place.name != BEN_LUC).ok_or(Error::NotFound)?;
    later(app, site, AS_OF - Duration::from_secs(1_800)).await?;
    tell(Told::Step);
    Ok((wrong, half))
}

/// A talk recorded when the unit's report is out.
async fn later(app: &App, site: &Site, at: Timestamp) -> Result<()> {
    app.clock.set(at);
    let content = Content {
        title: "Phổ biến pháp luật về phòng cháy, chữa cháy cho người dân (ghi bổ sung)".into(),
        attendances: 42,
        ..super::mistakes::talk(site, date(2026, 11, 14))
    };
    let mut tx = app.db.begin().await?;
    activities::insert(&mut tx, app, Some(site.officer), site.place.shard, &content).await?;
    tx.commit().await?;
    Ok(())
}
