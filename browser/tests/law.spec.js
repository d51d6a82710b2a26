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
