// A bay at evening: eroded hills from a noise function, still water, drifting cloud.
#version 3.7;
global_settings { assumed_gamma 1.0 }
#include "functions.inc"

camera { location <0, 1.15, -9> look_at <0.6, 1.45, 0> right x*image_width/image_height angle 52 }

#declare SunDir = vnormalize(<0.62, 0.20, 1>);
#declare SX = SunDir.x; #declare SY = SunDir.y; #declare SZ = SunDir.z;
light_source { SunDir*1000 rgb <1.9, 1.35, 0.85> parallel point_at 0 }
light_source { <-300, 500, -500> rgb <0.10, 0.13, 0.19> shadowless }

sky_sphere {
  pigment { gradient y color_map {
    [0.00 rgb <1.10, 0.62, 0.34>] [0.10 rgb <0.95, 0.58, 0.42>]
    [0.24 rgb <0.52, 0.48, 0.58>] [0.55 rgb <0.16, 0.25, 0.46>] [1 rgb <0.05, 0.10, 0.25>] } }
  pigment { wrinkles turbulence 0.7 octaves 7 lambda 2.2 omega 0.55 scale <0.55, 0.10, 0.4> translate 3.1
    color_map { [0.0 rgbt <1,1,1,1>] [0.48 rgbt <1,0.8,0.7,1>]
      [0.66 rgbt <1.15,0.68,0.45,0.45>] [0.85 rgbt <0.60,0.36,0.40,0.25>] [1 rgbt <0.40,0.28,0.36,0.2>] } }
  pigment { function { pow(max(0, (x*SX + y*SY + z*SZ)), 90) }
    color_map { [0 rgbt <1,0.7,0.4,1>] [0.5 rgbt <1.2,0.8,0.45,0.65>] [1 rgbt <1.9,1.5,1.0,0.0>] } }
}
fog { fog_type 2 distance 46 rgbt <0.90, 0.56, 0.42, 0.05> fog_offset -0.2 fog_alt 0.7 turbulence 0.2 }

// terrain: ridged noise, low in the middle so that the water makes a bay
#declare Ridge = function(x,y,z) { 1 - abs(2*f_noise3d(x,y,z) - 1) }
#declare Hills = function(x,y,z) {
  Ridge(x*3.1+7,0,y*3.1+2)*0.50 + Ridge(x*6.7+3,4,y*6.7)*0.25 + Ridge(x*14+1,9,y*14)*0.12
  + Ridge(x*31,2,y*31)*0.06 + f_noise3d(x*75,5,y*75)*0.035 }
#declare Bay = function(x,y) { min(1, 0.02 + 3.6*pow(abs(x - 0.50 - 0.05*sin(y*7)), 1.25)) }
#declare Rock = texture {
  pigment { slope { <0,1,0> altitude <0,1,0> 0,0 } color_map {
      [0.00 rgb <0.14,0.11,0.10>] [0.55 rgb <0.22,0.16,0.13>] [0.75 rgb <0.16,0.17,0.08>] [1 rgb <0.13,0.18,0.06>] } }
  normal { granite 0.5 scale 0.15 } finish { diffuse 0.9 ambient 0.02 } }
height_field {
  function 900, 900 { pow(max(0, Hills(x,y,0)*Bay(x,y) - 0.10), 1.25) } smooth
  translate <-0.5, -0.05, 0> scale <46, 11, 46> translate <0, 0, -8>
  texture { pigment { gradient y scale 6 turbulence 0.1 pigment_map {
      [0.00 granite scale 0.2 color_map { [0 rgb <0.34,0.26,0.19>] [1 rgb <0.20,0.15,0.12>] }]
      [0.05 granite scale 0.4 color_map { [0 rgb <0.13,0.17,0.06>] [1 rgb <0.22,0.20,0.09>] }]
      [0.35 granite scale 0.5 color_map { [0 rgb <0.24,0.17,0.13>] [1 rgb <0.13,0.10,0.09>] }]
      [0.80 granite scale 0.5 color_map { [0 rgb <0.50,0.44,0.42>] [1 rgb <0.28,0.22,0.20>] }] } }
    normal { granite 0.4 scale 0.12 } finish { diffuse 0.9 } } }

// water
plane { y, 0 
  pigment { rgb <0.015, 0.035, 0.05> }
  normal { average normal_map {
      [1 bumps 0.06 scale <0.35, 0.2, 0.10>] [1 bumps 0.035 scale <0.09,0.1,0.035>] [0.6 wrinkles 0.06 scale <1.6,1,0.5>] } }
  finish { diffuse 0.3 reflection { 0.06, 0.92 fresnel on } conserve_energy specular 0.5 roughness 0.004 }
  interior { ior 1.33 } }

// a small boat: hull as an intersection of two ellipsoids, mast, boom and two sails
#macro Boat(P, A, S, Hull)
union {
  difference {
    intersection { sphere { <0,0,0.75>, 1 scale <1.35,0.8,0.6>*1 } sphere { <0,0,-0.75>, 1 scale <1.35,0.8,0.6> } }
    plane { -y, -0.14 } 
    intersection { sphere { <0,0,0.75>, 0.94 scale <1.35,0.8,0.6> } sphere { <0,0,-0.75>, 0.94 scale <1.35,0.8,0.6> } plane { -y, -0.02 } }
    pigment { rgb Hull } finish { diffuse 0.8 specular 0.4 roughness 0.02 } }
  cylinder { 0, <0,2.1,0>, 0.018 } cylinder { <0,0.32,0>, <-0.78,0.36,0.10>, 0.014 }
  cylinder { <0,2.0,0>, <0.85,0.16,0>, 0.006 } cylinder { <0,2.05,0>, <-0.86,0.16,0>, 0.006 }
  mesh { triangle { <-0.02,0.36,0>, <-0.76,0.38,0.10>, <-0.02,1.95,0> } triangle { <0.08,0.30,0.03>, <0.80,0.22,0>, <0.02,1.75,0> }
    pigment { rgb <0.85,0.78,0.66> } finish { diffuse 0.55, 0.55 ambient 0.03 } }
  pigment { rgb <0.16,0.10,0.06> } finish { diffuse 0.8 }
  scale S rotate y*A translate P }
#end
Boat(<1.55, 0.02, -4.2>, -28, 0.62, <0.30,0.04,0.03>)
Boat(<-1.9, 0.02, -1.4>, 22, 0.62, <0.05,0.10,0.18>)
Boat(<0.6, 0.02, 3.8>, -8, 0.6, <0.4,0.38,0.34>)
