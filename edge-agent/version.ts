/** Sent with every batch, so that an administrator sees which agents are old. Equal to the version in `package.json`. */
export const AGENT_VERSION = '0.1.0'
