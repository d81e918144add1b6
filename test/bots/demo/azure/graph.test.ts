import { describe, expect, test } from '@jest/globals'
import { KqlError, runKql } from '../../../../bots/demo/azure/kql.ts'
import { fleet, guarded, OTHER, SUBSCRIPTION, startWorld } from '../../../adapters/azure/world.ts'

const tables = {
  resources: [
    { id: '/1', name: 'Alpha', size: 3, tags: { env: 'dev' }, owner: 'a' },
    { id: '/2', name: "O'Brien", size: 1, tags: { env: 'prod' }, owner: 'b' },
    { id: '/3', name: 'alphabet', size: 2, tags: {}, owner: 'a' },
  ],
  people: [{ owner: 'a', mail: 'a@contoso.example' }],
}
const names = (query: string) => runKql(query, tables).map(({ name }) => name)

describe('queries', () => {
  test.each([
    ["resources | where name == 'alpha'", []],
    ["resources | where name =~ 'alpha'", ['Alpha']],
    ["Resources | where name !~ 'alpha' // all others", ["O'Brien", 'alphabet']],
    ["resources | where name != 'Alpha'", ["O'Brien", 'alphabet']],
    ["resources | where name contains 'PHA'", ['Alpha', 'alphabet']],
    ["resources | where name startswith 'al' and name endswith 'bet'", ['alphabet']],
    [String.raw`resources | where name =~ 'o\'brien'`, ["O'Brien"]],
    [`resources | where name =~ "O'Brien"`, ["O'Brien"]],
    ["resources | where tags.env == 'dev' or tags.env == 'prod'", ['Alpha', "O'Brien"]],
    ["resources | where (name =~ 'alpha' or name =~ 'alphabet') and owner == 'a'", ['Alpha', 'alphabet']],
    ["resources | where tolower(name) == 'alpha'", ['Alpha']],
    ['resources | order by size asc', ["O'Brien", 'alphabet', 'Alpha']],
    ['resources | sort by size', ['Alpha', 'alphabet', "O'Brien"]],
    ['resources | order by owner asc, size desc | limit 2', ['Alpha', 'alphabet']],
    [
      "resources | extend tier = case(name contains 'bet', 0, 1) | order by tier asc, name asc | take 1",
      ['alphabet'],
    ],
  ])('%s', (query, expected) => {
    expect(names(query)).toEqual(expected)
  })

  test('columns are chosen, renamed and worked out', () => {
    expect(runKql('resources | project id, env = tostring(tags.env) | limit 1', tables)).toEqual([
      { id: '/1', env: 'dev' },
    ])
  })

  test('a left outer join keeps rows without a partner', () => {
    const query =
      'resources | join kind=leftouter (people | project owner, to = mail) on owner | project name, to'
    expect(runKql(query, tables)).toEqual([
      { name: 'Alpha', to: 'a@contoso.example' },
      { name: "O'Brien", to: undefined },
      { name: 'alphabet', to: 'a@contoso.example' },
    ])
  })

  test.each([
    'nothing',
    'resources |',
    'resources | destroy',
    "resources | where name =~ 'open",
    "resources | where name =~ 'a' b",
    'resources | where evil(name)',
    "resources | where (name =~ 'a'",
    'resources ; resources',
    'resources | project',
  ])('%s is refused', query => {
    expect(() => runKql(query, tables)).toThrow(KqlError)
  })
})

describe('Resource Graph', () => {
  const ask = '/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01'
  const twins = [
    fleet([guarded, { name: 'web01', rg: 'RG-Web' }]),
    fleet([{ name: 'web01' }], { id: OTHER, name: 'Dev' }),
  ]

  test('answers with rows, counts and the quota that is left', async () => {
    await using world = await startWorld(twins)
    const query =
      "resources | where name =~ 'web01' | project id, resourceGroup, subscriptionId | order by id asc"
    const { status, body, headers } = await world.arm('POST', ask, { query })
    expect(status).toBe(200)
    expect(body).toEqual({
      totalRecords: 2,
      count: 2,
      resultTruncated: 'false',
      data: [
        {
          id: expect.stringContaining('/resourceGroups/RG-Web/'),
          resourceGroup: 'rg-web',
          subscriptionId: SUBSCRIPTION,
        },
        {
          id: expect.stringContaining('/resourceGroups/rg-app/'),
          resourceGroup: 'rg-app',
          subscriptionId: OTHER,
        },
      ],
      facets: [],
    })
    expect(headers.get('x-ms-user-quota-remaining')).toBe('14')
  })

  test('pages, but only where the rows have an id', async () => {
    await using world = await startWorld(twins)
    const first = await world.arm('POST', ask, {
      query: "resources | where type =~ 'microsoft.compute/virtualmachines' | project id",
      options: { $top: 2 },
    })
    expect(first.body).toMatchObject({ count: 2, totalRecords: 3, resultTruncated: 'true' })
    const { $skipToken } = first.body
    const second = await world.arm('POST', ask, {
      query: "resources | where type =~ 'microsoft.compute/virtualmachines' | project id",
      options: { $top: 2, $skipToken },
    })
    expect(second.body).toMatchObject({ count: 1, resultTruncated: 'false' })
    const without = await world.arm('POST', ask, { query: 'resources | project name', options: { $top: 2 } })
    expect(without.body).not.toHaveProperty('$skipToken')
  })

  test('what it does not understand is 400', async () => {
    await using world = await startWorld(twins)
    for (const body of [
      { query: 'resources | destroy' },
      { nothing: 1 },
      { query: 'resources', options: { resultFormat: 'table' } },
    ])
      expect(await world.arm('POST', ask, body)).toMatchObject({
        status: 400,
        body: { error: { code: 'BadRequest' } },
      })
  })
})
