import { InvalidArgumentError } from 'commander'

export function portNumber(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new InvalidArgumentError('A port is a number from 0 to 65535.')
}

export function serverUrl(text: string): string {
  const url = URL.parse(text)
  if ((url?.protocol === 'https:' || url?.protocol === 'http:') && url.pathname === '/') return url.origin
  throw new InvalidArgumentError('An address looks like https://scout.example.com.')
}
