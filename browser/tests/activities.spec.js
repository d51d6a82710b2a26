// Recording what was done: by keyboard alone, and without script; the figure moves at once and opens to the row.
import { expect, test } from '@playwright/test';
import { account, signIn } from './house.js';

/** Presses Tab until the wished element has the focus; fails when it cannot be reached. */
async function tabTo(page, selector, most = 120) {
  for (let i = 0; i < most; i += 1) {
    if (await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${selector}`);
}

/** The figure of an indicator in the table of numbers. */
async function figure(page, name) {
  await page.goto('/so-lieu');
  const row = page.getByRole('row', { name: new RegExp(name) }).first();
  return Number((await row.getByRole('link').first().innerText()).replaceAll('.', ''));
}

test('a talk is recorded by keyboard alone and stands in the table at once', async ({ page, context }) => {
  await signIn(context, account('commune-officer', 'Bến Lức'));
  const before = await figure(page, 'Số cuộc phổ biến pháp luật trực tiếp');
  const title = `Phổ biến pháp luật bằng bàn phím ${before}`;
  await page.goto('/hoat-dong/moi');
  await tabTo(page, 'input[name=method]');
  await page.keyboard.press('Space');
  await page.locator('input[name=method][value=talk]').evaluate((e) => e.checked || e.focus());
  if (!(await page.locator('input[name=method][value=talk]').isChecked())) await page.keyboard.press('Space');
  await tabTo(page, '#f-title');
  await page.keyboard.type(title);
  await tabTo(page, '#f-attendances');
  await page.keyboard.type('41');
  await tabTo(page, 'button[name=act][value=save]');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(title);
  expect(await figure(page, 'Số cuộc phổ biến pháp luật trực tiếp')).toBe(before + 1);
  await page.getByRole('row', { name: /Số cuộc phổ biến pháp luật trực tiếp/ }).first().getByRole('link').first().click();
  await expect(page.getByRole('link', { name: title })).toBeVisible();
});

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false });
  test('an activity is recorded, and found by words without marks', async ({ page, context }) => {
    await signIn(context, account('commune-officer', 'Bến Lức'));
    const title = `Phát tờ gấp không cần kịch bản ${Date.now()}`;
    await page.goto('/hoat-dong/moi');
    await page.locator('input[name=method][value=handout], input[name=method]').first().check();
    await page.locator('#f-title').fill(title);
    await page.locator('#f-attendances').fill('12');
    await page.getByRole('button', { name: 'Lưu', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText(title);
    await page.goto(`/hoat-dong?q=${encodeURIComponent('phat to gap khong can kich ban')}`);
    await expect(page.getByRole('link', { name: title })).toBeVisible();
  });
  test('a missing field is named beside it and what was typed is kept', async ({ page, context }) => {
    await signIn(context, account('commune-officer', 'Bến Lức'));
    await page.goto('/hoat-dong/moi');
    await page.locator('#f-attendances').fill('nhiều');
    await page.locator('#f-title').fill('Còn giữ');
    await page.getByRole('button', { name: 'Lưu', exact: true }).click();
    await expect(page.getByRole('alert')).toBeVisible();
    await expect(page.locator('#f-title')).toHaveValue('Còn giữ');
    await expect(page.locator('#f-attendances')).toHaveValue('nhiều');
  });
});
