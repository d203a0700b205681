import type { Page } from 'playwright-core'
import type { SamplePerson } from '../../../scripts/sample/people.ts'

/** What a person does in the application, in the words on its screen. */

export async function logIn(page: Page, url: string, person: SamplePerson): Promise<void> {
  await page.goto(url)
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill(person.password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('button', { name: /go on/ }).click()
}

/** Opens a deep link in the page that is open, without loading it anew. */
export async function follow(page: Page, link: string): Promise<void> {
  await page.evaluate(hash => {
    location.hash = hash
  }, link)
}

export async function showTable(page: Page): Promise<void> {
  await page.getByRole('radio', { name: 'Table', exact: true }).click()
  await page.getByRole('table').waitFor()
}

/** "name value" of every row that has a value, sorted; the value in plain digits. */
async function readTable(page: Page): Promise<string[]> {
  const rows = await page.locator('tbody tr').evaluateAll(found =>
    found.map(row => ({
      name: row.querySelector('th button')?.textContent ?? '',
      value: row.querySelector('td')?.textContent ?? '',
    })),
  )
  return rows
    .filter(({ value }) => /\d/.test(value))
    .map(({ name, value }) => `${name} ${value.replace('−', '-').replace(/[^\d.-]/g, '')}`)
    .sort()
}

/** Waits until two readings of the table, a frame apart, agree with what is expected; gives the last one. */
export async function tableSettled(page: Page, expected: readonly string[]): Promise<string[]> {
  const until = Date.now() + 10_000
  let read = await readTable(page)
  while (Date.now() < until && read.join('\n') !== expected.join('\n')) {
    await page.evaluate(() => new Promise(requestAnimationFrame))
    read = await readTable(page)
  }
  return read
}
