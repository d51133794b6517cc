// The storage account with the queue, and who may do what with that queue alone.
param accountName string
param queueName string
param location string
param redundancy string
param publicNetworkAccess string
param senderPrincipalIds array
param bridgePrincipalId string

var groupId = resourceGroup().id

// Built in: it may put messages and nothing else.
var senderRole = 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: accountName
  location: location
  kind: 'StorageV2'
  sku: {
    name: redundancy
  }
  properties: {
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: publicNetworkAccess
    supportsHttpsTrafficOnly: true
    networkAcls: {
      bypass: 'None'
      defaultAction: publicNetworkAccess == 'Enabled' ? 'Allow' : 'Deny'
    }
  }
}

resource service 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = {
  parent: service
  name: queueName
}

// What the built-in processor role lacks: messages/write extends a lease, queues/read tells the queue's length.
resource bridgeRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(groupId, 'telemetry-bridge')
  properties: {
    roleName: 'Telemetry bridge (${uniqueString(groupId)})'
    description: 'Receives from a telemetry queue: takes messages, extends their lease, deletes them, and sees the length of the queue.'
    type: 'CustomRole'
    assignableScopes: [
      groupId
    ]
    permissions: [
      {
        actions: [
          'Microsoft.Storage/storageAccounts/queueServices/queues/read'
        ]
        dataActions: [
          'Microsoft.Storage/storageAccounts/queueServices/queues/messages/delete'
          'Microsoft.Storage/storageAccounts/queueServices/queues/messages/process/action'
          'Microsoft.Storage/storageAccounts/queueServices/queues/messages/read'
          'Microsoft.Storage/storageAccounts/queueServices/queues/messages/write'
        ]
      }
    ]
  }
}

resource senders 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in senderPrincipalIds: {
    scope: queue
    name: guid(queue.id, principalId, senderRole)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', senderRole)
    }
  }
]

resource receiver 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: queue
  name: guid(queue.id, bridgePrincipalId, bridgeRole.id)
  properties: {
    principalId: bridgePrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: bridgeRole.id
  }
}

output accountId string = account.id
output accountName string = account.name
output queueName string = queue.name
output queueUrl string = '${account.properties.primaryEndpoints.queue}${queue.name}'
