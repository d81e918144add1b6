/**
 * Texts of sign-in with Entra accounts and of sign-in methods that are not allowed.
 *
 * Product wording stands as the products print it; NAME stands for a name that differs each time. Read in Microsoft's articles and in public
 * reports (2026-11-20); `variants` are our own words for what people write instead.
 */
import type { ErrorEntry } from './entry.ts'

export const ENTRA_ERRORS = {
  'E-LOGON-TYPE': {
    title: 'Logon type not granted',
    kind: 'connect',
    clients: ['mstsc', 'windows_app_windows', 'windows_app_mac', 'ios', 'android'],
    texts: [
      "The sign-in method you're trying to use isn't allowed. For more info, contact your network administrator.",
      'The system administrator has restricted the types of logon (network or interactive) that you may use.',
      "Local policy of this system doesn't permit you to log on interactively",
    ],
    localised: {
      de: ['Die Anmeldemethode, die Sie verwenden möchten, ist nicht zulässig'],
      fr: ["La méthode de connexion que vous essayez d'utiliser n'est pas autorisée"],
      es: ['No se permite el método de inicio de sesión que intentas usar'],
      zh: ['不允许使用你正在尝试的登录方式'],
      ja: ['使おうとしているサインイン方法は許可されていません'],
    },
    patterns: [
      /sign-in method you'?re trying to use isn'?t allowed/,
      /restricted the types of log ?on/,
      /permit you to log ?on interactively/,
    ],
    variants: ['sign-in method isnt allowed', 'logon type not granted after baseline script'],
    floor: 'auth',
    failedAt: 'logon',
    likely: { 'entra.mfa': 0.45, 'cred.right_denied': 0.35, 'cred.no_rdp_right': 0.2 },
    next: ['K10', 'K09', 'Q-ACCOUNT'],
    confidence: 'high',
    note: 'Entra-joined VM: MFA/Conditional Access first. Others: user-rights policy first. Hardening scripts run on Azure VMs are a typical trigger.',
  },
  'E-ENTRA-ROLE': {
    title: 'Device use prevented (no VM login role)',
    kind: 'connect',
    clients: ['mstsc', 'windows_app_windows', 'windows_app_mac', 'ios', 'android'],
    texts: [
      'Your account is configured to prevent you from using this device. For more info, contact your system administrator.',
    ],
    localised: {
      de: ['Ihr Konto ist so konfiguriert, dass Sie dieses Gerät nicht verwenden können'],
      fr: ["Votre compte est configuré pour vous empêcher d'utiliser cet appareil"],
      es: ['La cuenta está configurada para impedir que uses este dispositivo'],
      zh: ['你的帐户已被配置为阻止你使用此设备'],
    },
    patterns: [/configured to prevent you from using this (device|pc)/],
    variants: [
      'account configured to prevent me from using this device',
      'I am owner of the vm but cannot log in',
    ],
    floor: 'auth',
    failedAt: 'logon',
    likely: { 'entra.no_role': 0.95, 'cred.restriction': 0.05 },
    next: ['K09'],
    confidence: 'high',
  },
  'E-ENTRA-HOST': {
    title: 'AADSTS293004 target device',
    kind: 'connect',
    clients: ['mstsc'],
    texts: ['AADSTS293004: The target-device identifier in the request was not found in the tenant'],
    marks: ['aadsts293004'],
    patterns: [/aadsts293004/],
    variants: ['aadsts293004 when using web account'],
    floor: 'none',
    failedAt: 'auth',
    likely: { 'entra.hostname': 0.95, 'entra.extension': 0.05 },
    next: ['Q-TARGET', 'K10'],
    confidence: 'high',
    note: 'Raised before the RDP connection; says nothing about the network.',
  },
  'E-ENTRA-MFA': {
    title: 'MFA / Conditional Access block',
    kind: 'connect',
    clients: ['mstsc'],
    texts: ['AADSTS50076', 'AADSTS50158', 'AADSTS53003', 'AADSTS530003'],
    marks: ['aadsts50076', 'aadsts50158', 'aadsts53003'],
    patterns: [/aadsts(50076|50158|50079|53003|530003)/],
    variants: ['conditional access blocked my rdp', 'asks for mfa then fails'],
    floor: 'none',
    failedAt: 'auth',
    likely: { 'entra.mfa': 1.0 },
    next: ['K22'],
    confidence: 'high',
  },
  'E-ENTRA-EXT': {
    title: 'AADLoginForWindows extension error',
    kind: 'connect',
    clients: ['mstsc'],
    texts: [
      'DSREG_E_MSI_TENANTID_UNAVAILABLE',
      'DSREG_AUTOJOIN_DISC_FAILED',
      "This extension isn't supported on this operating system",
    ],
    marks: ['-2145648574', '-2145648607'],
    patterns: [/dsreg_|aadloginforwindows|-21456485(74|07)|-2145648607/, /(exit|error) code:? ?(1007|51)\b/],
    variants: ['aadlogin extension failed'],
    floor: 'none',
    failedAt: 'auth',
    likely: { 'entra.extension': 1.0 },
    next: ['K10'],
    confidence: 'high',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>
