// From a law to a signed report, as people do it: board, plan, approval by another, publishing, report.
import { expect, test } from '@playwright/test';
import { account, signIn } from './house.js';

const as = async (browser, baseURL, role) => {
  const context = await browser.newContext({ baseURL, javaScriptEnabled: false });
  await signIn(context, account(role, 'Bến Lức'));
  return context.newPage();
};

test('a new law becomes plan lines; somebody else approves; the plan is issued', async ({ browser, baseURL }) => {
  const officer = await as(browser, baseURL, 'commune-officer');
  await officer.goto('/ke-hoach/luat-moi?xem=chua');
  const law = officer.getByRole('listitem').filter({ has: officer.getByRole('button', { name: /Đưa vào kế hoạch: Luật/ }) }).first();
  const name = await law.getByRole('heading').getByRole('link').innerText();
  await law.getByRole('button', { name: /Đưa vào kế hoạch/ }).click();
  await expect(officer.getByRole('heading', { level: 1 })).toBeVisible();
  const plan = new URL(officer.url()).pathname;
  await expect(officer.getByRole('main')).toContainText(name);
  await officer.goto(plan.replace(/\/(dong|sua).*$/, ''));
  await officer.getByRole('button', { name: 'Trình duyệt' }).click();
  await expect(officer.getByRole('button', { name: 'Duyệt kế hoạch' })).toHaveCount(0);
  const leader = await as(browser, baseURL, 'leader');
  await leader.goto('/viec');
  await leader.goto(new URL(officer.url()).pathname);
  await leader.getByRole('button', { name: 'Duyệt kế hoạch' }).click();
  await officer.reload();
  await officer.getByLabel('Số, ký hiệu').fill('217/KH-UBND');
  await officer.getByRole('button', { name: 'Ghi đã ban hành' }).click();
  await expect(officer.getByText('Đã ban hành').first()).toBeVisible();
});

test('an article is drafted from a law, approved by another, read by everybody, withdrawn with a notice', async ({ browser, baseURL }) => {
  const officer = await as(browser, baseURL, 'editor');
  await officer.goto('/tin-bai/moi');
  await officer.locator('#f-luat').fill('93/2099/QH99');
  await officer.getByRole('button', { name: 'Soạn bản nháp' }).click();
  await expect(officer.getByRole('main')).toContainText('93/2099/QH99');
  await officer.getByRole('button', { name: 'Lưu và trình duyệt' }).click();
  await expect(officer.getByText('Chờ duyệt').first()).toBeVisible();
  await expect(officer.getByRole('button', { name: 'Duyệt và đăng' })).toHaveCount(0);
  const post = new URL(officer.url()).pathname;
  const leader = await as(browser, baseURL, 'leader');
  await leader.goto(post);
  await leader.getByLabel('Đã đọc toàn văn và đối chiếu với điều luật được nêu').check();
  await leader.getByRole('button', { name: 'Duyệt và đăng' }).click();
  const address = await leader.locator('a[href*="/tin/"]').first().getAttribute('href');
  const visitor = await (await browser.newContext({ baseURL, javaScriptEnabled: false })).newPage();
  await visitor.goto(address);
  await expect(visitor.getByRole('link', { name: /Điều \d/ }).first()).toBeVisible();
  expect(await visitor.context().cookies()).toEqual([]);
  await leader.goto(post);
  await leader.getByText('Thu hồi bài').first().click();
  await leader.locator('#f-notice').fill('Bài nêu thiếu một điều kiện. Bài mới sẽ thay.');
  await leader.getByRole('button', { name: 'Thu hồi bài' }).click();
  const other = await (await browser.newContext({ baseURL, javaScriptEnabled: false })).newPage(); // nothing cached
  const gone = await other.goto(address);
  expect(gone.status()).toBe(410);
  await expect(other.getByRole('main')).toContainText('Bài nêu thiếu một điều kiện');
});

test('the report writes itself, is frozen, approved by another, issued, and comes as DOCX and PDF', async ({ browser, baseURL }) => {
  const officer = await as(browser, baseURL, 'commune-officer');
  await officer.goto('/bao-cao');
  await officer.locator('#f-ky').selectOption('2026-H1');
  await officer.getByRole('button', { name: 'Lập báo cáo' }).click();
  const report = new URL(officer.url()).pathname;
  await expect(officer.locator('.paper').getByRole('link').first()).toBeVisible();
  await officer.locator('.paper').getByRole('link').first().click();
  await expect(officer.getByRole('heading', { level: 1 })).toBeVisible();
  await officer.goto(report);
  // Nothing is frozen while a part was not looked at; the sentence leads to each.
  await officer.getByRole('button', { name: 'Chốt số liệu' }).click();
  await expect(officer.locator('#problems')).toContainText('Chưa xem: Kiến nghị');
  await officer.goto(report);
  for (const keep = officer.getByRole('button', { name: /^Giữ nguyên chữ gợi ý/ }); await keep.count() > 0;) {
    await keep.first().click();
  }
  await officer.locator('#khoi-mediation summary').click();
  await officer.locator('#k-mediation').fill('các tổ hòa giải không tiếp nhận vụ việc nào');
  await officer.getByRole('button', { name: /^Không có: Số liệu hòa giải/ }).click();
  await expect(officer.locator('.paper')).toContainText('không tiếp nhận vụ việc nào');
  await officer.getByRole('button', { name: 'Chốt số liệu' }).click();
  await officer.getByRole('button', { name: 'Trình duyệt' }).click();
  const leader = await as(browser, baseURL, 'leader');
  await leader.goto(report);
  await leader.getByRole('button', { name: 'Duyệt', exact: true }).click();
  await officer.goto(report);
  await officer.locator('#f-so').fill('216');
  await officer.getByRole('button', { name: 'Ban hành' }).click();
  await expect(officer.getByText('Đã ban hành').first()).toBeVisible();
  for (const [ending, begins] of [['docx', 'PK'], ['pdf', '%PDF']]) {
    const file = await officer.request.get(`${report}/bao-cao.${ending}`);
    expect(file.status()).toBe(200);
    expect((await file.body()).subarray(0, begins.length).toString()).toBe(begins);
  }
});

const head = (number, day) => `QUỐC HỘI
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Luật số: ${number}
Hà Nội, ngày ${day}

LUẬT
`;
const laws = {
  old: `${head('301/2099/QH99', '20 tháng 6 năm 2020')}Giữ gìn đường làng

Điều 1. Phạm vi điều chỉnh
Luật này quy định việc giữ gìn đường làng, ngõ xóm.

Điều 2. Quét dọn đường làng
Các hộ dân quét dọn đoạn đường trước nhà mỗi tháng một lần.

Điều 3. Hiệu lực thi hành
Luật này có hiệu lực thi hành từ ngày 01 tháng 01 năm 2021.
`,
  new: `${head('302/2099/QH99', '20 tháng 6 năm 2026')}Giữ gìn đường lang

Điều 1. Phạm vi điều chỉnh
Luật này quy định việc giữ gìn đường làng, ngõ xóm.

Điều 2. Quét dọn đường làng
Các hộ dân quét dọn đoạn đường trước nhà mỗi tuần một lần.

Điều 3. Trồng hoa ven đường
Các hộ dân được trồng hoa ven đường, không lấn lòng đường.

Điều 4. Hiệu lực thi hành
1. Luật này có hiệu lực thi hành từ ngày 01 tháng 9 năm 2026.
2. Luật Giữ gìn đường làng số 301/2099/QH99 hết hiệu lực kể từ ngày Luật này có hiệu lực thi hành.
`,
  amending: `${head('303/2099/QH99', '20 tháng 8 năm 2026')}Sửa đổi, bổ sung một số điều của Luật Giữ gìn đường làng số 302/2099/QH99

Điều 1. Sửa đổi, bổ sung một số điều của Luật Giữ gìn đường làng số 302/2099/QH99
1. Thay thế cụm từ “mỗi tuần một lần” bằng cụm từ “mỗi tuần hai lần” tại Điều 2.
2. Thay thế cụm từ “không lấn lòng đường” bằng cụm từ “cách mép đường nửa mét” tại Điều 3.

Điều 2. Hiệu lực thi hành
Luật này có hiệu lực thi hành từ ngày 01 tháng 10 năm 2026.
`,
};

test('a law is imported, put right, related, compared, told of; amended, what rests on it is stale', async ({ browser, baseURL }) => {
  const officer = await as(browser, baseURL, 'commune-officer');
  const bring = async (name, title) => {
    await officer.goto('/luat/nhap');
    await officer.locator('input[type=file]').setInputFiles({ name: `${name}.txt`, mimeType: 'text/plain', buffer: Buffer.from(laws[name]) });
    await officer.getByRole('button', { name: 'Đọc tệp' }).click();
    if (title) await officer.locator('#f-title').fill(title);
    await officer.getByRole('button', { name: 'Lưu văn bản' }).click();
    await expect(officer.getByText('Đã lưu văn bản.')).toBeVisible();
    return new URL(officer.url()).pathname;
  };
  await bring('old');
  const law = await bring('new', 'Giữ gìn đường làng');

  await officer.goto(`${law}/sua`);
  await officer.getByLabel('Xác nhận 301/2099/QH99').check();
  await officer.getByRole('button', { name: 'Lưu', exact: true }).click();
  const visitor = await (await browser.newContext({ baseURL, javaScriptEnabled: false })).newPage();
  await visitor.goto('/van-ban/301-2099-qh99');
  await expect(visitor.getByText('Hết hiệu lực toàn bộ').first()).toBeVisible();

  await officer.goto(`${law}/so-sanh`);
  await expect(officer.locator('ins').first()).toHaveCount(1);
  await officer.getByLabel('Là điểm mới Điều 2. Quét dọn đường làng').check();
  await officer.getByLabel('Câu nói về Điều 2. Quét dọn đường làng').fill('Mỗi tuần quét đường trước nhà một lần.');
  await officer.getByRole('button', { name: 'Lưu bảng điểm mới' }).click();
  await expect(officer.getByRole('main')).toContainText('Mỗi tuần quét đường trước nhà một lần.');

  const editor = await as(browser, baseURL, 'editor');
  await editor.goto('/tin-bai/moi');
  await editor.locator('#f-luat').fill('302/2099/QH99');
  await editor.getByRole('button', { name: 'Soạn bản nháp' }).click();
  await expect(editor.getByRole('main')).toContainText('Mỗi tuần quét đường trước nhà một lần.');
  // The law does not say whom it concerns: the draft leaves that to the editor.
  await editor.locator('textarea', { hasText: '[cần điền' }).fill('Văn bản này liên quan đến các hộ dân ở ven đường làng.');
  await editor.getByRole('button', { name: 'Lưu và trình duyệt' }).click();
  const post = new URL(editor.url()).pathname;
  const leader = await as(browser, baseURL, 'leader');
  await leader.goto(post);
  await leader.getByLabel('Đã đọc toàn văn và đối chiếu với điều luật được nêu').check();
  await leader.getByRole('button', { name: 'Duyệt và đăng' }).click();

  await bring('amending');
  await visitor.goto('/van-ban/302-2099-qh99');
  await expect(visitor.getByText('chưa phải bản mới nhất')).toBeVisible();
  await officer.goto(`${law}/sua-doi`);
  await officer.getByRole('button', { name: /Đưa 2 chỗ vào văn bản/ }).click();
  await expect(officer.getByText('đã đưa vào').first()).toBeVisible();
  const reader = await (await browser.newContext({ baseURL, javaScriptEnabled: false })).newPage();
  await reader.goto('/van-ban/302-2099-qh99');
  await expect(reader.getByRole('main')).toContainText('mỗi tuần hai lần');
  await expect(reader.getByText('chưa phải bản mới nhất')).toHaveCount(0);
  await reader.goto('/van-ban/302-2099-qh99?ngay=2026-09-30');
  await expect(reader.getByRole('main')).toContainText('mỗi tuần một lần');

  await officer.goto(law);
  await expect(officer.getByText('điều luật đã thay đổi, cần xem lại câu này')).toBeVisible();
  await editor.goto(post);
  await editor.getByRole('button', { name: 'Đã xem lại, bài vẫn đúng' }).click();
  await expect(editor.getByText('Điều luật mà bài này dựa vào đã thay đổi')).toHaveCount(0);
});
