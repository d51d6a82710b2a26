// Journeys and accessibility in a real browser, over the demo data. `npm test` seeds, serves and stops.
import { defineConfig } from '@playwright/test';

export const port = Number(process.env.LANTOA_BROWSER_PORT ?? 18080);

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  reporter: [['list']],
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    locale: 'vi-VN',
    timezoneId: 'Asia/Ho_Chi_Minh',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-dev-shm-usage',
        '--disable-gpu',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  webServer: {
    command: `bash serve.sh ${port}`,
    url: `http://127.0.0.1:${port}/dang-nhap`,
    timeout: 900_000,
    reuseExistingServer: !!process.env.LANTOA_BROWSER_PORT,
    stdout: 'ignore',
    stderr: 'pipe',
  },
});
