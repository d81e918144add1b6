/**
 * Which words are just words, so that they are not taken for names or passwords: all that the catalogue itself says, and everyday words of
 * the languages people write in.
 */
import { CAUSES } from '../catalogue/causes/index.ts'
import { ERRORS } from '../catalogue/errors/index.ts'
import { QUESTIONS } from '../catalogue/questions.ts'
import { REMEDIES } from '../catalogue/remedies/index.ts'
import { WARNINGS } from '../catalogue/warnings.ts'
import { fold, words } from './normalise.ts'

const EVERYDAY = `
allow allowed answer response respond train plane bus meeting room guess hacked icon weird odd strange access thing colour color data base jump host
a about above access account across actually after again ago all almost alone already also always am an and another any anybody anymore
anyone anything anyway app apparently are around as ask asked at attempt away back bad be because been before behind being below best better
between big bit both bottom box boss break bring broke broken but button by call called came can cannot cant change changed check checked
class click clicked close closed cloud colleague colleagues come comes company connect connected connection console copy correct could
couple course cpu customer customers daily data date day days dead dear defender deploy deployed desk desktop details dev did didnt different
do docs does doesnt doing done dont door down driver drop during each early easy either else email end enter error errors even ever every
everybody everyone everything exactly except expected fail failed fails far fast few file files fine first five fix fixed folder following
for found four free friday from full fully general get gets getting give given go goes going gone good got great group had half hand hang
hangs happen happened happening happens hard has have having he hello help her here hey hi him his hold home hope hour hours house how
however hung i idea if immediately in info inside install installed instead into is isnt issue issues it its job just keep keeps keepass
key kind know knows lab laptop last late later least leave left less let lets letting like line list little live local lock locked log
logged login logs long longer look looks lost lot lunch mac made mail main make makes manager many maybe me mean meanwhile meeting message
microsoft midnight might mind mine minute minutes moment monday month months more morning most mouse move moved mstsc much must my name near
nearly need needs network never new next nice night no nobody none normal not note nothing now nsg number of off office often ok okay old on
once one ones online only onto open opened opens or order other others our out over own page part password people per phone ping place plan
please pm port possible prod production prompt proper properly public put quick quickly quite ran rather rdp reach read ready real really
reason reboot rebooted red remote report request required reset restart restarted right room router rule run running said same saturday saw
say says screen script second see seem seems seen send sent server session set several shall she should show shows side sign signed silly
since single site slow so software solved some somebody someone something sometimes soon sorry spins stage staging start started starts
still stop stopped stops straight stuff stupid such suddenly sunday support sure switch switched system take takes team tell terminal test
tested than thanks that the their them then there these they thing things think this those though three through thursday ticket till time
timed timeout times to today together told tomorrow tonight too took top totally touched tried tries try trying tuesday turn turned turns
twice two type typed typo under unless until up update updated urgent us use used user users using usual usually very via virtual vm vmware
vpn wait waited waiting want wanted wants was way we web wednesday week weekend weeks well went were what whatever when where whether which
while who whole why will window windows with within without won wont work worked working works worse would wrong yes yesterday yet you your
yours administrator admin azure entra bastion jit default domain tenant subscription resource region portal firewall gateway

aber alle allem alles als am an auch auf aus bei bin bis bitte da danke dann das dass dem den der des die doch ein eine einem einen einer
er es etwas fehler fur gar gehen geht gestern hab habe haben hallo hat heute hier hilfe ich ihr im immer in ist ja jemand jetzt kann kein
keine keiner komme konnen konnte man mehr mein meine meinem meinen mich mir mit morgen muss nach nein nicht nichts noch nun nur ob oder
ohne plotzlich rechner schon sehr seit sich sie sind so um und uns unser vom von vor war warum was weder wegen weil wenn wer wie wieder
wir wird wo woche zu zum zur zugriff verbinden verbindung server richtig falsch korrekt

ai au aucun aujourd aussi autre avant avec avons bien bonjour car ce ces cet cette chez comme dans de depuis des deux dois donc du elle en
encore erreur est et ete etre fait hier ici il ils je jour la le les leur lui ma machine mais marche me mes mon ne nos notre nous on ou
par pas peut peux plus pour pourquoi quand que qui rien sa sans ses si son sont sous suis sur ta toujours tous tout tres un une votre vous
serveur acces connecter connexion matin semaine

acceder ahora al algo alguien antes asi ayer bien buenas buenos cada como con contra cuando cual de del desde despues dice donde dos el
ella ellos en entrar equipo error es esa ese eso esta estan estas este esto estoy gracias ha hace hasta hay hola hoy la las le lo los me
mi mis muy nada nadie ni no nos nosotros nuestra nuestro otra otro para pero por porque puede puedo que quien se ser servidor si sin sobre
solo son su sus tambien tengo tiene todo todos tras tu un una unas uno unos ya yo conectar maquina manana

ainda agora alguem ao aos aqui as ate boa bom com como consigo da das de depois desde dia do dois dos e ela ele em entre era essa esse
esta estou eu foi hoje isso ja la maquina mais mas meu minha muito na nao nas nem nenhum no nos nosso num o obrigado ontem os ou para pela
pelo por porque pra quando que quem se sem ser seu so sua tambem tem tudo um uma voce acessar conectar

momento movil hotspot fibra rete wifi

adesso al alla allo anche ancora che chi ci ciao come con cosa da dal dalla dei del della di dopo dove e ed era fa grazie ha ho i ieri il
in io la le lo ma mi mia mio molto nel nella nessuno non noi nostro o oggi per perche piu poi posso prima qualcuno quando quello questa
questo qui riesco sempre senza si solo sono stamattina su sul sulla tra tutti tutto un una uno accedere collegarmi macchina

de het een en van ik te dat die in is niet op aan met als voor zijn er maar om hem dan of wat mijn men dit zo door over ze zich bij ook tot
je mij uit werkt kan geen meer gisteren vandaag
`

const ORDINARY: ReadonlySet<string> = new Set([
  ...words(fold(EVERYDAY)),
  ...[
    ...Object.values(CAUSES).flatMap(cause => [cause.title, cause.text, ...cause.evidence]),
    ...Object.values(REMEDIES).flatMap(remedy => [remedy.button, remedy.text]),
    ...Object.values(WARNINGS),
    ...Object.values(QUESTIONS).flatMap(question => [
      question.text,
      ...question.buttons.map(button => button.label),
    ]),
    ...Object.values(ERRORS).flatMap(entry => [
      entry.title,
      ...(entry.texts ?? []),
      ...Object.values(entry.localised ?? {}).flat(),
      ...(entry.variants ?? []),
    ]),
  ].flatMap(text => words(fold(text)).filter(word => !/\d/.test(word))),
])

/** Whether a word is an everyday word, a plural or another form of one. */
export function ordinary(word: string): boolean {
  const folded = fold(word).replace(/'/g, '')
  if (ORDINARY.has(folded)) return true
  if (folded.length < 5 || !/^[a-z]+$/.test(folded)) return false
  const stem = folded.replace(/(ing|ed|es|s|ly|er|d)$/, '')
  return (
    stem !== folded &&
    stem.length >= 3 &&
    (ORDINARY.has(stem) || ORDINARY.has(`${stem}e`) || ORDINARY.has(`${stem}s`))
  )
}
