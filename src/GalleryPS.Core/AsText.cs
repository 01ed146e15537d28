// ConvertTo-Json leaves a property with it out and writes the base class's property of that name. Scripts and programs see the object.
global using AsTextAttribute = Newtonsoft.Json.JsonIgnoreAttribute;
