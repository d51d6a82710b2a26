// Every page of the route table, for every role that reaches it: nothing that axe calls serious or critical.
// Languages and widths are covered pairwise with pages and roles, not as a full product.
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { accounts, oneTimeLink, pages, signIn, walk } from './house.js';

const roles = [
  'visitor', 'system-administrator', 'provincial-officer', 'commune-officer', 'leader', 'council-member', 'editor', 'reader',
];
const languages = ['', '/en'];
const widths = [360, 1280];
// Signing out is no page.
const unreachable = ['/dang-xuat'];

// One half of the routes for each of two browsers. A browser that no longer answers is started once more:
// what axe finds, it finds both times.
test.describe.configure({ mode: 'parallel', retries: 1, timeout: 900_000 });
for (const half of [0, 1]) test(`every page is accessible, in every role that sees it (${half + 1}/2)`, async ({ browser, baseURL }) => {
  const routes = pages();
  const ours = new Set(routes.map((x) => x.path).filter((_, at) => at % 2 === half));
  const reached = new Map();
  const problems = [];
  for (const [r, role] of roles.entries()) {
    const context = await browser.newContext({ baseURL });
    const page = await context.newPage();
    if (role !== 'visitor') await signIn(context, accounts().find((a) => a.role === role));
    const starts = role === 'visitor' ? ['/', '/van-ban', '/tin', '/dia-phuong', '/hoi?q=h%C3%B2a%20gi%E1%BA%A3i', '/dang-nhap', '/quen-mat-khau'] : ['/viec', '/toi', '/tim?q=hoa', '/quan-tri/nhat-ky/kiem-tra'];
    if (role === 'visitor') starts.push(oneTimeLink());
    if (role === 'provincial-officer') starts.push(await draftPlan(page, half), await lawFiles(page), await twoSources(page), await scan(page), await unitsBelow(context));
    if (role === 'commune-officer') starts.push(await activityBook(page));
    const found = await walk(context.request, starts, routes);
    // A public page is the same bytes for everybody.
    const own = [...found].filter(([route]) => role === 'visitor' || routes.find((x) => x.path === route).who !== 'Public');
    if (own.length < 3) problems.push(`${role}: reaches ${own.length} pages only`);
    let n = 0;
    for (const [route, at] of own) {
      if (unreachable.includes(route) || !ours.has(route)) continue;
      reached.set(route, (reached.get(route) ?? 0) + 1);
      const runs = reached.get(route) === 1 ? 2 : 1; // both languages and both widths at least once a page
      for (let j = 0; j < runs; j += 1) {
        const language = languages[(n + j + r) % 2];
        const width = widths[((n >> 1) + j) % 2];
        await page.setViewportSize({ width, height: 800 });
        const url = at === '/' && language ? language : language + at;
        const where = `${role} ${url} (${width}px)`;
        const answer = await page.goto(url);
        if (!answer || answer.status() >= 400) {
          problems.push(`${where}: status ${answer?.status()}`);
          continue;
        }
        const result = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
        for (const v of result.violations.filter((x) => ['serious', 'critical'].includes(x.impact)))
          problems.push(`${where}: ${v.id}: ${v.nodes.slice(0, 3).map((x) => x.target.join(' ')).join(' | ')}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (wide > 1) problems.push(`${where}: ${wide}px wider than the screen`);
        if ((await page.content()).includes('⟦')) problems.push(`${where}: an untranslated key`);
      }
      n += 1;
    }
    await context.close();
  }
  const missing = [...ours].filter((p) => !reached.has(p) && !unreachable.includes(p));
  expect(problems).toEqual([]);
  expect(missing, 'pages that no walk reached').toEqual([]);
});

/** A plan that is still a draft, made from a law of the board, another for each half, so that the pages of writing exist. */
async function draftPlan(page, half) {
  await page.goto('/ke-hoach/luat-moi?xem=chua');
  await page.getByRole('button', { name: /Đưa vào kế hoạch/ }).nth(-1 - half).click();
  return new URL(page.url()).pathname;
}

/** The review of files of laws: one that is read well, one with places to look at. */
async function lawFiles(page) {
  const text = ['LUẬT', 'THỬ NGHIỆM TRỢ NĂNG', 'Điều 1. Phạm vi điều chỉnh', 'Luật này quy định việc thử.', 'Điều 3. Hiệu lực', '1. Từ nay.'];
  return send(page, '/luat/nhap', [textFile('thu-mot.txt', text), textFile('thu-hai.txt', text.slice(0, 4))]);
}

/** A law that two sources give in different words. */
async function twoSources(page) {
  for (const [name, fee] of [['nguon-mot.txt', 'một'], ['nguon-hai.txt', 'hai']]) {
    const text = [
      'QUỐC HỘI', 'Luật số: 98/2099/QH99', 'Hà Nội, ngày 20 tháng 6 năm 2026', 'LUẬT', 'THỬ HAI NGUỒN',
      'Điều 1. Phí', `Phí là ${fee} đồng.`, 'Điều 2. Hiệu lực', 'Luật này có hiệu lực từ ngày 01 tháng 9 năm 2026.',
    ];
    await send(page, '/luat/nhap', [textFile(name, text)]);
    await page.locator('main form button').last().click();
    await page.waitForURL(/\/luat\/[^/]*\?nhap=/);
  }
  return new URL(page.url()).pathname;
}

/** A scan of which the machine has read a page. */
async function scan(page) {
  await page.goto('about:blank');
  await page.setContent('<p style="font: 40px serif">LUẬT<br>THỬ BẢN QUÉT<br>Điều 1. Phạm vi<br>Luật này quy định việc thử.</p>');
  const picture = (await page.screenshot()).toString('base64');
  await page.setContent(`<img style="width: 100%" src="data:image/png;base64,${picture}">`);
  const at = await send(page, '/luat/nhap', [{ name: 'ban-quet.pdf', mimeType: 'application/pdf', buffer: await page.pdf() }]);
  await expect(page.locator('a[href$="/quet/1"]')).toBeVisible({ timeout: 60_000 });
  return at;
}

function textFile(name, lines) {
  return { name, mimeType: 'text/plain', buffer: Buffer.from(lines.join('\n')) };
}

/** The preview of a workbook of activities: the list itself, whose columns are not all the template's. */
async function activityBook(page) {
  const list = await page.request.get('/hoat-dong/mau.xlsx');
  return send(page, '/hoat-dong/nhap', [{ name: 'hoat-dong.xlsx', mimeType: 'application/zip', buffer: await list.body() }]);
}

/** Sends files by the form of a page; where that leads. */
async function send(page, form, files) {
  await page.goto(form);
  await page.locator('input[type=file]').setInputFiles(files);
  await page.locator('main form:has(input[type=file]) button').click();
  await page.waitForURL(new RegExp(`${form}/`));
  return new URL(page.url()).pathname;
}

/** What communes did with the province's plan, one among a hundred of theirs. */
async function unitsBelow(context) {
  const list = await (await context.request.get(`/ke-hoach?q=${encodeURIComponent('tỉnh Tây Ninh')}`)).text();
  for (const [, plan] of list.matchAll(/href="(\/ke-hoach\/\d[^"/]*)"/g)) {
    if ((await (await context.request.get(plan)).text()).includes('/cap-duoi')) return `${plan}/cap-duoi`;
  }
  throw new Error('the demo has no plan issued to communes');
}
