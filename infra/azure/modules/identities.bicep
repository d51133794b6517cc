// Who the functions and the bridge are. Nothing here has a key.
param name string
param location string

resource functions 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${name}-functions'
  location: location
}

resource bridge 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${name}-bridge'
  location: location
}

output functionsId string = functions.id
output functionsClientId string = functions.properties.clientId
output functionsPrincipalId string = functions.properties.principalId
output bridgeId string = bridge.id
output bridgeClientId string = bridge.properties.clientId
output bridgePrincipalId string = bridge.properties.principalId
