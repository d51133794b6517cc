// Telemetry bridge: from functions through an Azure Storage Queue into RabbitMQ.
targetScope = 'resourceGroup'

@description('Begins the names of all resources.')
@minLength(3)
@maxLength(11)
param name string = 'telemetry'

@description('Region of all resources.')
param location string = resourceGroup().location

// The bridge

@description('Image of the bridge, such as REGISTRY/telemetry-bridge:0.1.0.')
@minLength(1)
param image string

@description('Resource ID of the Azure registry with the image, where the bridge is then allowed to pull; empty for a public image.')
param registryId string = ''

@description('Processor cores of a replica; Container Apps allows certain pairs with memory.')
@allowed(['0.25', '0.5', '1', '2'])
param cpu string = '0.5'

@description('Memory of a replica.')
@allowed(['0.5Gi', '1Gi', '2Gi', '4Gi'])
param memory string = '1Gi'

@description('Bridges that always run.')
@minValue(1)
@maxValue(100)
param minReplicas int = 1

@description('Bridges that run at most.')
@minValue(1)
@maxValue(300)
param maxReplicas int = 10

@description('Messages that may wait for each bridge before another one is started.')
@minValue(1)
param messagesPerReplica int = 400

// The broker

@description('amqps://USER:PASSWORD@HOST:PORT/VHOST of RabbitMQ. A secret; empty leaves the vault\'s as it is.')
@secure()
param brokerUri string = ''

@description('Exchange that events are published to; it must exist.')
param exchange string = 'telemetry'

@description('Template of an event\'s routing key.')
param routingKey string = '{style}.{service}.{level}'

@description('Queues telemetry.chunks.N that chunks are spread over; once chosen it stays.')
@minValue(1)
@maxValue(256)
param partitions int = 8

// The network

@description('Addresses of the network that is made; it must not overlap the broker\'s.')
param addressPrefix string = '10.90.0.0/16'

@description('Queue and Key Vault are reached from that network alone; false opens them to every network, to identities only.')
param privateEndpoints bool = true

@description('Network of the broker, to be peered with; empty for none.')
param brokerVirtualNetworkId string = ''

@description('Private link service in front of the broker; empty for none.')
param brokerLinkServiceId string = ''

@description('Host name in brokerUri, with brokerLinkServiceId alone.')
param brokerHost string = ''

// The queue

@description('Name of the queue.')
@minLength(3)
@maxLength(63)
param queueName string = 'telemetry'

@description('How the account with the queue is stored.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param redundancy string = 'Standard_ZRS'

@description('Visibility timeout: how long the messages of a bridge that died take to be seen again.')
@allowed(['00:00:30', '00:01:00', '00:02:00', '00:05:00'])
param lease string = '00:01:00'

@description('Deliveries after which the bridge keeps a failing message in RabbitMQ.')
@minValue(5)
@maxValue(10000)
param maxDeliveries int = 100

@description('Principals of further functions that may send.')
param senderPrincipalIds array = []

// Encryption of what travels

@description('Name of the key that functions encrypt with: letters and digits.')
@minLength(1)
@maxLength(40)
param keyVersion string = 'k1'

@description('That key, 32 bytes in Base64. A secret; empty leaves the vault\'s as it is.')
@secure()
param encryptionKey string = ''

@description('Name of the key before, while messages that it sealed still wait; empty for none.')
param previousKeyVersion string = ''

// The functions

@description('Makes the order functions too.')
param deployFunctions bool = true

@description('Member release of each event.')
param release string = ''

// Watching over it

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Address that alerts are sent to; empty for none.')
param alertEmail string = ''

var suffix = uniqueString(resourceGroup().id)
var subscriptionId = subscription().subscriptionId
var groupName = resourceGroup().name
var hasRegistry = !empty(registryId)
var registryParts = split(registryId, '/')
var publicNetworkAccess = privateEndpoints ? 'Disabled' : 'Enabled'

module identities 'modules/identities.bicep' = {
  name: '${name}-identities'
  params: {
    name: name
    location: location
  }
}

// Often in another group, which its ID names; the scope must be right where there is none, too.
module registry 'modules/registry.bicep' = if (hasRegistry) {
  name: '${name}-registry'
  scope: resourceGroup(hasRegistry ? registryParts[2] : subscriptionId, hasRegistry ? registryParts[4] : groupName)
  params: {
    registryName: last(registryParts)
    principalId: identities.outputs.bridgePrincipalId
  }
}

module queue 'modules/queue.bicep' = {
  name: '${name}-queue'
  params: {
    accountName: toLower('${take(replace(name, '-', ''), 11)}${suffix}')
    queueName: queueName
    location: location
    redundancy: redundancy
    publicNetworkAccess: publicNetworkAccess
    senderPrincipalIds: concat([identities.outputs.functionsPrincipalId], senderPrincipalIds)
    bridgePrincipalId: identities.outputs.bridgePrincipalId
  }
}

module vault 'modules/vault.bicep' = {
  name: '${name}-vault'
  params: {
    name: '${take(name, 10)}-${suffix}'
    location: location
    publicNetworkAccess: publicNetworkAccess
    bridgePrincipalId: identities.outputs.bridgePrincipalId
    functionsPrincipalId: identities.outputs.functionsPrincipalId
    brokerUri: brokerUri
    keyVersion: keyVersion
    encryptionKey: encryptionKey
    previousKeyVersion: previousKeyVersion
  }
}

module network 'modules/network.bicep' = {
  name: '${name}-network'
  params: {
    name: name
    location: location
    addressPrefix: addressPrefix
    privateEndpoints: privateEndpoints
    storageAccountId: queue.outputs.accountId
    vaultId: vault.outputs.vaultId
    brokerVirtualNetworkId: brokerVirtualNetworkId
    brokerLinkServiceId: brokerLinkServiceId
    brokerHost: brokerHost
  }
}

module logs 'modules/logs.bicep' = {
  name: '${name}-logs'
  params: {
    name: name
    location: location
    retentionDays: logRetentionDays
  }
}

module bridge 'modules/bridge.bicep' = {
  name: '${name}-bridge'
  params: {
    name: '${name}-bridge'
    location: location
    image: image
    registryServer: hasRegistry ? registry!.outputs.server : ''
    cpu: cpu
    memory: memory
    minReplicas: minReplicas
    maxReplicas: maxReplicas
    messagesPerReplica: messagesPerReplica
    subnetId: network.outputs.bridgeSubnetId
    identityId: identities.outputs.bridgeId
    identityClientId: identities.outputs.bridgeClientId
    workspaceName: logs.outputs.workspaceName
    queueAccountName: queue.outputs.accountName
    queueName: queue.outputs.queueName
    queueUrl: queue.outputs.queueUrl
    lease: lease
    maxDeliveries: maxDeliveries
    exchange: exchange
    routingKey: routingKey
    partitions: partitions
    brokerSecretUri: vault.outputs.brokerSecretUri
    keyVersion: keyVersion
    keySecretUri: vault.outputs.keySecretUri
    previousKeyVersion: previousKeyVersion
    previousKeySecretUri: vault.outputs.previousKeySecretUri
  }
}

// After the bridge: it must know a new key before functions encrypt with it.
module functions 'modules/functions.bicep' = if (deployFunctions) {
  name: '${name}-functions'
  params: {
    name: '${name}-functions-${suffix}'
    hostAccountName: toLower('${take(replace(name, '-', ''), 9)}fn${suffix}')
    location: location
    subnetId: network.outputs.functionsSubnetId
    identityId: identities.outputs.functionsId
    identityClientId: identities.outputs.functionsClientId
    identityPrincipalId: identities.outputs.functionsPrincipalId
    workspaceId: logs.outputs.workspaceId
    queueUrl: queue.outputs.queueUrl
    senderKeySecretUri: vault.outputs.senderKeySecretUri
    release: release
  }
  dependsOn: [
    bridge
  ]
}

module alerts 'modules/alerts.bicep' = {
  name: '${name}-alerts'
  params: {
    name: name
    location: location
    email: alertEmail
    workspaceId: logs.outputs.workspaceId
    bridgeId: bridge.outputs.appId
    bridgeName: bridge.outputs.appName
    minReplicas: minReplicas
    maxReplicas: maxReplicas
  }
}

@description('TELEMETRY_QUEUE of your own functions.')
output queueUrl string = queue.outputs.queueUrl

@description('Secret that TELEMETRY_KEY of your own functions refers to.')
output senderKeySecretUri string = vault.outputs.senderKeySecretUri

@description('The bridge\'s container app.')
output bridgeName string = bridge.outputs.appName

@description('The function app; empty without it.')
output functionAppName string = deployFunctions ? functions!.outputs.appName : ''

@description('Host of the function that takes orders; empty without it.')
output functionHostName string = deployFunctions ? functions!.outputs.hostName : ''
