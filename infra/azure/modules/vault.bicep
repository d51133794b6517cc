// Key Vault with what is secret, and who may read which secret.
param name string
param location string
param publicNetworkAccess string
param bridgePrincipalId string
param functionsPrincipalId string
param keyVersion string
param previousKeyVersion string

@secure()
param brokerUri string

@secure()
param encryptionKey string

// Built in: reads the value of secrets.
var readerRole = '4633458b-17de-408a-b874-0445c86b69e6'

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enablePurgeProtection: true
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    publicNetworkAccess: publicNetworkAccess
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: publicNetworkAccess == 'Enabled' ? 'Allow' : 'Deny'
    }
  }
}

// A secret that is not given stays as it is: only the first deployment must bring it.
resource broker 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(brokerUri)) {
  parent: vault
  name: 'rabbitmq-uri'
  properties: {
    value: brokerUri
  }
}

// One for each version: the keys before stay in the vault for what they have sealed.
resource key 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(encryptionKey)) {
  parent: vault
  name: 'key-${keyVersion}'
  properties: {
    value: encryptionKey
  }
}

resource previousKey 'Microsoft.KeyVault/vaults/secrets@2024-11-01' existing = {
  parent: vault
  name: 'key-${empty(previousKeyVersion) ? keyVersion : previousKeyVersion}'
}

// As TELEMETRY_KEY has it.
resource senderKey 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(encryptionKey)) {
  parent: vault
  name: 'telemetry-key'
  properties: {
    value: '${keyVersion}:${encryptionKey}'
  }
}

resource bridgeReadsBroker 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: broker
  name: guid(broker.id, bridgePrincipalId, readerRole)
  properties: {
    principalId: bridgePrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', readerRole)
  }
}

resource bridgeReadsKey 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: key
  name: guid(key.id, bridgePrincipalId, readerRole)
  properties: {
    principalId: bridgePrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', readerRole)
  }
}

resource bridgeReadsPreviousKey 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(previousKeyVersion)) {
  scope: previousKey
  // The name that it had while the key was the current one: Azure refuses the same right under another.
  name: guid(previousKey.id, bridgePrincipalId, readerRole)
  properties: {
    principalId: bridgePrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', readerRole)
  }
}

resource functionsReadKey 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: senderKey
  name: guid(senderKey.id, functionsPrincipalId, readerRole)
  properties: {
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', readerRole)
  }
}

output vaultId string = vault.id
output brokerSecretUri string = '${vault.properties.vaultUri}secrets/${broker.name}'
output keySecretUri string = '${vault.properties.vaultUri}secrets/${key.name}'
output previousKeySecretUri string = '${vault.properties.vaultUri}secrets/${previousKey.name}'
output senderKeySecretUri string = '${vault.properties.vaultUri}secrets/${senderKey.name}'
